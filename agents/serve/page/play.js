// A room: the picture, the state beside it, seats, chat, and everything that plays.
import { doneButton } from "./annotate.js";
import { myName } from "./app.js";
import { clear, h, kept, seconds, setText, toast } from "./dom.js";
import { choosers, solved } from "./choosers.js";
import { Chart } from "./chart.js";
import { Hands, cross } from "./hands.js";
import { keys, local, named } from "./keymap.js";
import { Line } from "./net.js";
import { Screen } from "./picture.js";
import { mute, muted, tone } from "./sound.js";

const LEAST = 0.2; // rewards smaller than this make no fuss

export async function play(main, id) {
  let card = null;
  let hud = null;
  let people = { seat: null, ids: [], watch: [] };
  let me = 0;
  let fastest = [];
  let saved = 0;

  // what is on the page
  const canvas = h("canvas", { class: "screen", width: 16, height: 16, tabindex: "0", "aria-label": "The world" });
  const band = h("div", { class: "band", hidden: true });
  const count = h("div", { class: "countdown", hidden: true });
  const aimed = h("div", { class: "aimed", hidden: true });
  const cross1 = h("div", { class: "crosshair", hidden: true });
  const gains = h("div", { class: "gains", "aria-hidden": "true" });
  const wait = h("div", { class: "wait-note" }, "Coming in …");
  const chart = new Chart(h("canvas", { class: "chart", hidden: true, "aria-label": "A map" }));
  const touch = h("div", { class: "touch", hidden: true });
  const frame = h("div", { class: "frame" }, canvas, chart.canvas, aimed, cross1, gains, count, band, wait);
  const stage = h("div", { class: "stage" }, frame, touch);
  const title = h("h1", {});
  const headline = h("p", { class: "headline" });
  const goal = h("img", { class: "goal", alt: "The goal", hidden: true });
  const score = h("span", { class: "score" }, "0");
  const facts = h("dl", { class: "facts" });
  const deeds = h("div", { class: "deeds" });
  const seats = h("ul", { class: "seats" });
  const heard = h("ul", { class: "heard", "aria-live": "polite" });
  const says = h("input", { class: "says", maxlength: "300", placeholder: "Say something (Enter)", "aria-label": "Say something" });
  const foot = h("p", { class: "dim foot" });
  const side = h("aside", { class: "side" }, doneButton(), title, headline, goal, h("div", { class: "scoreline" }, h("span", { class: "dim" }, "score"), score), facts, deeds, h("h2", {}, "People"), seats, h("h2", {}, "Chat"), heard, says, foot);
  clear(main, h("div", { class: "room" }, stage, side));

  // the connection
  const watching = new URL(location.href).searchParams.has("watch");
  const screen = new Screen(canvas, (head) => {
    wait.hidden = true;
    const took = line.since(head.ack);
    if (took !== undefined) {
      fastest = [...fastest.slice(-29), took];
      canvas.dataset.latency = String(Math.round(took));
    }
    canvas.dataset.version = String(head.version);
  });
  const line = new Line(id, () => ({ name: myName(), seat: watching && me === 0 ? -1 : people.seat }), {
    message: (data) => HEARS[data.t]?.(data),
    picture: (head, bytes) => screen.put(head, bytes),
    state: (text) => {
      wait.hidden = !text;
      setText(wait, text);
    },
    ready: () => {
      measure(true);
      line.send({ t: "colours", marked: kept.get("marked", false) });
      line.send({ t: "mouse", ...kept.get("mouse", { sensitivity: 100, invert: false }) });
      line.send({ t: "smooth", on: kept.get("smooth", true) });
      if (chart.open) line.send({ t: "map", open: true });
    },
  });
  const send = (message, timed) => line.send(message, timed);
  const deed = (what) => send({ t: "do", what }, true);
  const seated = () => people.seat !== null;
  const stands = () => hud !== null && (hud.mood === "ready" || hud.mood === "paused");

  // Begin or go on, if the world stands still: true if this did it.
  function begin() {
    if (!seated() || hud === null) return false;
    if (hud.mood === "over") return false;
    if (!stands()) return false;
    deed("play");
    return true;
  }

  const LETTERS = {
    KeyU: () => card.can.includes("undo") && deed("undo"),
    Backspace: () => card.can.includes("undo") && deed("undo"),
    KeyN: () => card.can.includes("next") && deed("next"),
    KeyB: () => card.can.includes("previous") && deed("previous"),
    KeyR: () => deed("restart"),
    KeyP: () => deed(stands() ? "play" : "pause"),
    KeyT: () => change(),
    KeyM: () => card.can.includes("map") && map(),
    KeyL: () => card.can.includes("levels") && list(),
    KeyH: () => help(),
    Slash: () => help(),
    F1: () => help(),
    F6: () => card.can.includes("next") && deed("next"),
    F8: () => card.can.includes("undo") && deed("undo"),
  };

  function command(code, event) {
    if (hud === null || document.querySelector("dialog[open]")) return false;
    if (code === "KeyZ" && (event.ctrlKey || event.metaKey)) return card.can.includes("undo") && (deed("undo"), true);
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (code === "Enter" || code === "NumpadEnter") {
      if (hud.mood === "over" && seated()) return deed("next"), true;
      if (!card.keys.includes("Enter")) return says.focus(), true;
    }
    if (code === "Escape") return false;
    if (!card.keys.includes(code) && code in LETTERS) return LETTERS[code](), true;
    if (card.keys.includes(code) && stands() && seated()) begin();
    return false;
  }

  const hands = new Hands(canvas, { send, command, play: begin, seated, player: () => people.seat ?? 0 });

  // Take over from an agent, or let it play on.
  function change() {
    if (seated()) return deed("stand");
    const free = hud.seats.findIndex((seat) => seat.who !== "person");
    if (free >= 0) send({ t: "sit", seat: free }, true);
  }

  // what the room tells
  const HEARS = {
    opening: ({ world, about }) => {
      wait.hidden = false;
      setText(wait, about > 2 ? `Getting ${world} ready: ${seconds(about)}, the first time on this machine` : `Getting ${world} ready …`);
    },
    welcome: (data) => {
      card = data;
      me = data.you;
      hands.card = card;
      document.title = `${card.world} · Rumpus`;
      setText(title, card.world);
      canvas.classList.toggle("tiles", card.tiles);
      clear(heard);
      cushion();
    },
    people: (data) => {
      const before = people.seat;
      people = data;
      if (before !== data.seat) stage.classList.toggle("watching", data.seat === null);
      drawSeats();
      drawDeeds();
    },
    hud: (data) => {
      const before = hud;
      hud = data;
      if (hud.mark) solved.add(hud.mark);
      drawHud(before);
    },
    goal: ({ picture }) => {
      goal.hidden = !picture;
      if (picture) goal.src = picture;
      goal.classList.toggle("tiles", Boolean(card?.tiles));
    },
    reward: ({ value }) => {
      if (Math.abs(value) < LEAST) return;
      const shown = h("span", { class: value > 0 ? "gain good" : "gain bad" }, (value > 0 ? "+" : "−") + String(Math.abs(value)));
      gains.append(shown);
      setTimeout(() => shown.remove(), 1300);
      score.classList.remove("blink");
      void score.offsetWidth;
      score.classList.add("blink");
      tone(value > 0 ? "good" : "bad");
    },
    chat: ({ name, text }) => {
      heard.append(name ? h("li", {}, h("b", {}, name), " ", text) : h("li", { class: "dim" }, text));
      while (heard.children.length > 100) heard.firstChild.remove();
      heard.scrollTop = heard.scrollHeight;
      if (name && name !== myName()) tone("chat");
    },
    note: ({ text }) => toast(text),
    list: (data) => chooser.list?.(data),
    map: (data) => chart.draw(data),
    slots: (data) => chooser.slots?.(data),
    saved: ({ count: number }) => {
      saved = number;
      drawFoot();
    },
    pong: ({ n }) => {
      line.since(n);
      drawFoot();
    },
    closed: ({ text }) => over(text),
    broken: ({ text }) => over(text),
  };

  function over(text) {
    wait.hidden = false;
    clear(wait, h("p", {}, text), h("a", { class: "button", href: "/", "data-link": true }, "All worlds"));
  }

  function drawHud(before) {
    setText(headline, hud.headline);
    setText(score, String(hud.score).replace("-", "−"));
    const rows = hud.facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
    if (JSON.stringify(before?.facts) !== JSON.stringify(hud.facts)) clear(facts, rows);
    aimed.hidden = !hud.aimed;
    setText(aimed, hud.near ? hud.aimed : `${hud.aimed} · too far`);
    aimed.classList.toggle("near", hud.near);
    cross1.hidden = !hud.crosshair;
    count.hidden = hud.mood !== "count";
    if (hud.mood === "count" && before?.count !== hud.count) tone("count");
    setText(count, String(hud.count || ""));
    if (before?.mood !== hud.mood) {
      if (hud.mood === "over" && before) tone(hud.tone === "good" ? "success" : "failed");
      if (hud.mood === "over" && hands.locked()) document.exitPointerLock();
      frame.dataset.mood = hud.mood;
    }
    drawBand();
    if (JSON.stringify([before?.seats, before?.mood, before?.speed]) !== JSON.stringify([hud.seats, hud.mood, hud.speed])) {
      drawSeats();
      drawDeeds();
    }
    const said = hud.said.length ? hud.said[hud.said.length - 1] : "";
    const speaker = /^(You|Player (\d+)):/.exec(said);
    const known = speaker && (!speaker[2] || hud.seats[speaker[2] - 1]?.who === "person"); // then the chat has it
    if (before && said && !known && said !== before.said[before.said.length - 1]) heard.append(h("li", { class: "world" }, said));
    drawFoot();
  }

  function drawBand() {
    const key = JSON.stringify([hud.mood, hud.verdict, hud.account, seated(), card?.can]);
    if (band.dataset.key === key) return;
    band.dataset.key = key;
    band.hidden = !(hud.mood === "over" || (stands() && seated()));
    band.className = `band ${hud.tone || ""}`;
    if (hud.mood === "over") {
      clear(
        band,
        h("strong", {}, hud.verdict),
        h("span", {}, hud.account.replace("return", "score")),
        seated() && h("div", { class: "row" }, card.can.includes("next") && h("button", { class: "primary", onclick: () => deed("next") }, `Next ${card.what} (Enter)`), h("button", { onclick: () => deed("restart") }, "Again"), card.can.includes("undo") && h("button", { onclick: () => deed("undo") }, "Take back")),
      );
    } else if (hud.mood === "ready") {
      const fingers = !touch.hidden;
      const keys = fingers ? [["▲ ▼ ◀ ▶", "move"], ...(card.looks ? [["Picture", "look around, with a finger"]] : [])] : card.rows.slice(0, 5);
      clear(band, h("strong", {}, fingers ? "Tap to play" : card.looks ? "Click to play" : "Press a key to play"), h("dl", { class: "keys" }, keys.flatMap(([held, meaning]) => [h("dt", {}, local(held)), h("dd", {}, meaning)])));
    } else if (stands()) {
      clear(band, h("strong", {}, "Paused"), h("span", {}, !touch.hidden ? "A tap plays on" : card.looks ? "A click plays on" : "Any key of the world plays on"));
    }
  }

  function drawDeeds() {
    if (card === null || hud === null) return;
    const button = (text, key, act, on = true) => on && h("button", { title: key ? `${text} (${key})` : text, onclick: (event) => { event.currentTarget.blur(); act(); } }, text);
    const agent = hud.seats.some((seat) => seat.who === "agent");
    const free = hud.seats.some((seat) => seat.who !== "person");
    const still = stands();
    clear(
      deeds,
      seated()
        ? [
            button(card.count ? `Next ${card.what}` : "Next", "N", () => deed("next"), card.can.includes("next")),
            button("Previous", "B", () => deed("previous"), card.can.includes("previous")),
            button(`All ${card.what}s`, "L", list, card.can.includes("levels")),
            button("Again", "R", () => deed("restart")),
            button("Take back", "U", () => deed("undo"), card.can.includes("undo")),
            button(still ? "Play on" : "Pause", "P", () => deed(still ? "play" : "pause"), !card.turnBased && hud.mood !== "over"),
            button(card.agent ? `Let ${card.agent} play` : "Stand up", "T", change, Boolean(card.agent) || card.players > 1),
          ]
        : [
            button(agent ? "Take over" : "Take a seat", "T", change, free),
            ...(hud.watching
              ? [button(still ? "Play on" : "Pause", "P", () => deed(still ? "play" : "pause")), button("One step", "", () => deed("step"), still), button("Next", "N", () => deed("next")), h("span", { class: "group" }, button("Slower", "", () => deed("slower")), h("span", { class: "pace" }, `${hud.speed}×`), button("Faster", "", () => deed("faster")))]
              : []),
          ],
      button(muted() ? "Sound on" : "Mute", "", () => { mute(!muted()); drawDeeds(); }),
      seated() && card.keeps && button("Save and load", "", keep),
      card.marked && button(kept.get("marked", false) ? "Plain colours" : "Colours for all eyes", "", colours),
      card.can.includes("map") && button("Map", "M", map),
      card.looks && button("Mouse", "", mouse),
      button("Keys", "", () => keys([...card.binds, ...own().map(([code, meaning]) => [code, meaning])], drawDeeds)),
      button("Full screen", "", () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.())),
      button("Help", "H", help),
    );
  }

  function drawSeats() {
    if (hud === null || card === null) return;
    const rows = hud.seats.map((seat, at) => {
      const mine = people.seat === at;
      const who = seat.who === "nobody" ? "free" : mine ? `${seat.name} (you)` : seat.name;
      return h(
        "li",
        { class: `seat ${seat.who}${mine ? " mine" : ""}` },
        h("i", { class: "dot" }),
        h("span", { class: "who" }, card.players > 1 ? `Player ${at + 1}` : "Player", seat.who === "agent" && h("em", {}, "agent"), seat.end && h("em", {}, seat.end), h("b", {}, who)),
        !seated() && card.players > 1 && h("button", { onclick: () => send({ t: "view", player: at }) }, "See"),
        seat.who !== "person" && !mine && h("button", { onclick: () => send({ t: "sit", seat: at }, true) }, seat.who === "agent" ? "Take over" : "Sit here"),
      );
    });
    clear(seats, rows, people.watch.length > 0 && h("li", { class: "dim watchers" }, `Watching: ${people.watch.join(", ")}`), h("li", { class: "share" }, h("button", { onclick: share }, "Copy the link to this room")));
  }

  function drawFoot() {
    const sorted = [...fastest].sort((one, other) => one - other);
    const half = sorted.length > 2 ? `${Math.round(sorted[Math.floor(sorted.length / 2)])} ms from key to picture` : "";
    setText(foot, [saved && `${saved} episode${saved === 1 ? "" : "s"} saved`, half].filter(Boolean).join(" · "));
  }

  async function share() {
    const link = `${location.origin}/room/${id}`;
    try {
      await navigator.clipboard.writeText(link);
      toast("The link is copied: whoever opens it comes into this room");
    } catch {
      toast(link);
    }
  }

  function help() {
    if (card === null) return;
    if (hands.locked()) document.exitPointerLock();
    const page = [...own().map(([code, meaning]) => [named(code), meaning]), ...(card.looks ? [["Esc", "let the mouse go"]] : [])];
    const table = (rows) => h("dl", { class: "keys" }, rows.flatMap(([held, meaning]) => [h("dt", {}, held), h("dd", {}, meaning)]));
    const box = h("dialog", { class: "help", onclose: () => box.remove() }, h("h2", {}, card.world), h("p", { class: "headline" }, hud?.headline || card.summary), h("div", { class: "columns" }, h("div", {}, h("h3", {}, "Your input"), table(card.rows.map(([held, meaning]) => [local(held), meaning]))), h("div", {}, h("h3", {}, "This page"), table(page))), h("details", {}, h("summary", {}, "More about this world"), card.about.map((text) => h("p", {}, text))), h("button", { class: "primary", autofocus: true, onclick: () => box.close() }, "Close"));
    document.body.append(box);
    box.showModal();
  }

  // Keys of this page that the world leaves over, and their meanings.
  function own() {
    const can = (name) => card.can.includes(name);
    const rows = [["KeyU", "take back", can("undo")], ["KeyN", `next ${card.what}`, can("next")], ["KeyB", `the ${card.what} before`, can("previous")], ["KeyL", `all ${card.what}s`, can("levels")], ["KeyR", "again", true], ["KeyP", "pause", !card.turnBased], ["KeyT", "take over from the agent, or let it play", Boolean(card.agent) || card.players > 1], ["KeyM", "a map", can("map")], ["Enter", "chat", true], ["KeyH", "help", true]];
    return rows.filter(([code, , there]) => there && !card.keys.includes(code));
  }

  function map() {
    send({ t: "map", open: chart.turn() });
  }

  const chooser = choosers({ send, what: () => card.what });
  const list = () => chooser.openList();
  const keep = () => chooser.openSlots();

  function colours() {
    kept.set("marked", !kept.get("marked", false));
    send({ t: "colours", marked: kept.get("marked", false) });
    drawDeeds();
  }

  function mouse() {
    const now = kept.get("mouse", { sensitivity: 100, invert: false });
    const speed = h("input", { type: "range", min: "20", max: "400", step: "10", value: String(now.sensitivity) });
    const invert = h("input", { type: "checkbox", checked: now.invert });
    const keep = () => {
      const wish = { sensitivity: Number(speed.value), invert: invert.checked };
      kept.set("mouse", wish);
      send({ t: "mouse", ...wish });
    };
    speed.addEventListener("input", keep);
    invert.addEventListener("change", keep);
    const smooth = h("input", { type: "checkbox", checked: kept.get("smooth", true) });
    smooth.addEventListener("change", () => {
      kept.set("smooth", smooth.checked);
      send({ t: "smooth", on: smooth.checked });
    });
    const box = h("dialog", { class: "options", onclose: () => box.remove() }, h("h2", {}, "Mouse"), h("label", {}, "Sensitivity", speed), h("label", { class: "check" }, invert, "Moving it down looks up"), h("label", { class: "check" }, smooth, "60 pictures a second (30 halve what is sent)"), h("button", { class: "primary", onclick: () => box.close() }, "Done"));
    document.body.append(box);
    box.showModal();
  }

  says.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return says.blur();
    if (event.key !== "Enter") return;
    if (says.value.trim()) send({ t: "say", text: says.value.trim() });
    says.value = "";
    says.blur();
  });

  // the cross of keys for fingers
  function cushion() {
    const codes = cross(card);
    const more = card.keys.filter((code) => ["Space", "KeyE", "KeyF"].includes(code)).slice(0, 2);
    const keys = [["up", codes[0], "▲"], ["left", codes[2], "◀"], ["right", codes[3], "▶"], ["down", codes[1], "▼"], ...more.map((code, at) => [`act${at}`, code, code.replace("Key", "")])];
    clear(
      touch,
      keys.filter(([, code]) => code).map(([place, code, text]) =>
        h("button", { class: `pad ${place}`, "aria-label": code, onpointerdown: (event) => { event.preventDefault(); event.currentTarget.setPointerCapture(event.pointerId); if (!begin()) hands.hold(code); }, onpointerup: () => hands.release(code), onpointercancel: () => hands.release(code), oncontextmenu: (event) => event.preventDefault() }, text),
      ),
    );
    touch.hidden = !matchMedia("(pointer: coarse)").matches;
  }

  // the size of the picture: as large as its frame allows
  let size = "";
  function measure(again = false) {
    const box = frame.getBoundingClientRect();
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const wish = { width: Math.max(Math.round(box.width * ratio), 64), height: Math.max(Math.round(box.height * ratio), 64) };
    const text = JSON.stringify(wish);
    if (again || text !== size) send({ t: "size", ...wish });
    size = text;
  }
  const looks = new ResizeObserver(() => measure());
  looks.observe(frame);

  return () => {
    looks.disconnect();
    hands.close();
    line.close();
    for (const box of document.querySelectorAll("dialog")) box.close();
  };
}

