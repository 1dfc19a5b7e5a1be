// The dialogs of a room that choose: all levels or tasks of a list, and the save slots.
import { clear, h, kept } from "./dom.js";

const PART = 100;

// The digests of levels and tasks that were solved in this browser.
export const solved = {
  has: (mark) => kept.get("solved", []).includes(mark),
  add: (mark) => solved.has(mark) || kept.set("solved", [...kept.get("solved", []), mark].slice(-5000)),
};

// room: {send(message), what(): "level" or "task"}. list and slots are called with what the room answers.
export function choosers(room) {
  const open = (title, ...parts) => {
    const box = h("dialog", { class: "chooser", onclose: () => box.remove() }, h("h2", {}, title), ...parts, h("div", { class: "row" }, h("button", { onclick: () => box.close() }, "Close")));
    document.body.append(box);
    box.showModal();
    return box;
  };

  function openList() {
    const rows = h("ol", { class: "levels" });
    const number = h("input", { inputmode: "numeric", maxlength: "7", placeholder: "Number", "aria-label": "Number" });
    const count = h("span", { class: "dim" });
    const earlier = h("button", { onclick: () => room.send({ t: "list", first: Math.max(shown.first - PART, 0) }) }, "Earlier");
    const later = h("button", { onclick: () => room.send({ t: "list", first: shown.first + PART }) }, "Later");
    let shown = { first: 0, count: 0 };
    const go = (place) => {
      room.send({ t: "go", place });
      box.close();
    };
    number.addEventListener("keydown", (event) => {
      const wish = Number(number.value.trim());
      if (event.key === "Enter" && Number.isInteger(wish) && wish >= 1 && wish <= shown.count) go(wish - 1);
    });
    const box = open(`All ${room.what()}s`, h("div", { class: "row" }, number, earlier, later, count), rows);
    chooser.list = (data) => {
      shown = data;
      count.textContent = `${data.count} ${room.what()}s`;
      number.placeholder = `1 to ${data.count}`;
      earlier.disabled = data.first === 0;
      later.disabled = data.first + data.rows.length >= data.count;
      clear(
        rows,
        data.rows.map(([text, mark, here], at) => {
          const place = data.first + at;
          const done = here || solved.has(mark);
          const label = /^Level \d+$/.test(text) ? text : `${place + 1}   ${text}`;
          return h("li", {}, h("button", { class: place === data.place ? "level here" : "level", onclick: () => go(place) }, h("span", {}, label), done && h("b", { class: "tick" }, "✓ solved")));
        }),
      );
      rows.querySelector(".here")?.scrollIntoView({ block: "center" });
    };
    room.send({ t: "list" });
  }

  function openSlots() {
    const rows = h("ol", { class: "slots" });
    const box = open("Save slots", rows);
    chooser.slots = (data) => {
      clear(
        rows,
        data.rows.map(({ what, date, picture }, at) => {
          const slot = at + 1;
          const act = (t) => {
            room.send({ t, slot });
            box.close();
          };
          const save = h("button", { onclick: () => (what && save.dataset.sure === undefined ? ((save.dataset.sure = "1"), (save.textContent = "Replace it")) : act("save")) }, "Save");
          return h(
            "li",
            {},
            picture ? h("img", { src: picture, alt: "" }) : h("span", { class: "blank" }),
            h("span", { class: "about" }, h("b", {}, `${slot}   ${what || "empty"}`), h("span", { class: "dim" }, date)),
            save,
            h("button", { class: slot === data.newest ? "newest" : null, disabled: !date, onclick: () => act("load") }, "Load"),
          );
        }),
      );
      rows.querySelector(".newest")?.focus();
    };
    room.send({ t: "slots" });
  }

  const chooser = { openList, openSlots, list: null, slots: null };
  return chooser;
}
