// Keys that were given other places, in this browser: which key is pressed for which.
import { clear, h, kept } from "./dom.js";

// The letters that are printed on this keyboard, where the browser tells them (Chromium does, Firefox does not).
const printed = new Map();
navigator.keyboard
  ?.getLayoutMap?.()
  .then((found) => found.forEach((text, code) => printed.set(code, text.toUpperCase())))
  .catch(() => {});

const moved = new Map(Object.entries(kept.get("keys", {}))); // the place of a key -> the key that it stands for
const FIXED = ["Escape"]; // lets the mouse go in every browser
const NAMES = { Space: "Space", Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Semicolon: ";", Quote: "'", Comma: ",", Period: ".", Slash: "/", Backslash: "\\", Backquote: "`" };

export const standsFor = (code) => moved.get(code) ?? code;

// The key that is to be pressed for this one.
export function placeOf(code) {
  for (const [place, to] of moved) if (to === code) return place;
  return code;
}

// Press `place` for `code` from now on; what it was for takes the place of the other, so that none is lost.
export function bind(place, code) {
  const was = standsFor(place);
  const other = placeOf(code);
  moved.set(place, code);
  moved.set(other, was);
  for (const [from, to] of [...moved]) if (from === to) moved.delete(from);
  kept.set("keys", Object.fromEntries(moved));
}

export function reset() {
  moved.clear();
  kept.set("keys", {});
}

// A key as people read it, with the letter that is printed on it here.
export function named(code) {
  const place = placeOf(code);
  const sided = /^(Shift|Control|Alt|Meta)(Left|Right)$/.exec(place);
  if (sided) return `${sided[2]} ${sided[1].toLowerCase()}`;
  return printed.get(place) || NAMES[place] || place.replace(/^Key|^Digit|^Arrow/, "").replace(/^Numpad/, "Keypad ");
}

// Names of keys as the world tells them: "W A S D" is "Z Q S D" on a French keyboard.
export const local = (held) => held.split(" ").map((word) => (/^[A-Z]$/.test(word) ? named(`Key${word}`) : word === "Space" ? named("Space") : word)).join(" ");

// A dialog of all keys: [code, meaning] of each. changed(): called after each change.
export function keys(rows, changed) {
  let waits = "";
  const list = h("dl", { class: "keys binds" });
  const foot = h("p", { class: "dim" });
  const draw = () => {
    clear(
      list,
      rows.flatMap(([code, meaning]) => [
        h("dt", {}, h("button", { "data-code": code, class: waits === code ? "waits" : "", onclick: (event) => { event.currentTarget.blur(); waits = code; draw(); } }, waits === code ? "press a key" : named(code))),
        h("dd", {}, meaning),
      ]),
    );
    foot.textContent = waits ? "Press the key for it; Esc leaves it as it is" : "A key that is taken changes places with the one that it is taken from";
  };
  const stop = new AbortController();
  const box = h(
    "dialog",
    { class: "help", onclose: () => { stop.abort(); box.remove(); } },
    h("h2", {}, "Keys"),
    list,
    foot,
    h("div", { class: "row" }, h("button", { class: "primary", onclick: () => box.close() }, "Done"), h("button", { onclick: () => { reset(); waits = ""; draw(); changed(); } }, "All keys as they were")),
  );
  addEventListener(
    "keydown",
    (event) => {
      if (!waits) return;
      event.preventDefault();
      event.stopPropagation();
      if (!FIXED.includes(event.code) && event.code) bind(event.code, waits);
      waits = "";
      draw();
      changed();
    },
    { capture: true, signal: stop.signal },
  );
  box.addEventListener("cancel", (event) => waits && event.preventDefault());
  draw();
  document.body.append(box);
  box.showModal();
}
