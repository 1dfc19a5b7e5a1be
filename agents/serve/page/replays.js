// Stored episodes: a list, and one of them with a scrubber and marks.
import { doneButton } from "./annotate.js";
import { go, myName } from "./app.js";
import { clear, h, setText, toast } from "./dom.js";
import { typing } from "./hands.js";
import { ask } from "./net.js";

const RESULTS = { success: "good", failed: "bad", "time up": "fair", left: "" };
const MARKS = [
  ["success", "Success", "S"],
  ["failure", "Failure", "F"],
  ["progress", "Better", "B"],
  ["regress", "Worse", "W"],
];
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

const when = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
const shownScore = (scores) => {
  const all = [...new Set([Math.min(...scores), Math.max(...scores)].map((score) => String(Math.round(score * 100) / 100).replace("-", "−")))];
  return all.join(" to ");
};

export async function replays(main) {
  let first = 0;
  let world = new URL(location.href).searchParams.get("world") || "";
  let result = "";
  const list = h("div", { class: "list" });
  const bar = h("div", { class: "bar" });
  clear(main, h("section", { class: "hero" }, h("h1", {}, "Replays"), h("p", {}, "Every episode that was played here. Open one to look at each of its steps, and to mark it.")), bar, list);

  async function draw() {
    const query = new URLSearchParams({ first, world, result });
    const found = await ask(`/api/replays?${query}`);
    const choice = (label, values, now, set) => {
      const made = h("select", { "aria-label": label, onchange: () => { set(made.value); first = 0; draw(); } }, h("option", { value: "" }, `all ${label}`), values.map((value) => h("option", { value }, value)));
      made.value = now;
      return made;
    };
    clear(bar, choice("worlds", world && !found.worlds.includes(world) ? [...found.worlds, world] : found.worlds, world, (value) => { world = value; }), choice("results", Object.keys(RESULTS), result, (value) => { result = value; }), h("span", { class: "dim" }, `${found.count} episode${found.count === 1 ? "" : "s"}`));
    clear(
      list,
      found.episodes.map((row) =>
        h(
          "a",
          { class: "episode", href: `/replays/${row.id}`, "data-link": true },
          h("span", { class: `result ${RESULTS[row.result]}` }, row.result),
          h("span", { class: "what" }, h("b", {}, row.world), h("span", {}, row.instructions.join(" / "))),
          h("span", { class: "dim" }, [...new Set(row.by)].join(", ")),
          h("span", { class: "dim" }, `${row.steps} step${row.steps === 1 ? "" : "s"}`),
          h("span", { class: "dim" }, `score ${shownScore(row.score)}`),
          h("span", { class: "dim" }, row.marks ? `${row.marks} mark${row.marks === 1 ? "" : "s"}` : ""),
          h("span", { class: "dim when" }, when(row.began)),
        ),
      ),
      !found.episodes.length && h("p", { class: "empty" }, "Nothing is stored yet. Play a world, and its episodes appear here."),
      h("div", { class: "row pages" }, first > 0 && h("button", { onclick: () => { first = Math.max(first - 60, 0); draw(); } }, "Newer"), first + found.episodes.length < found.count && h("button", { onclick: () => { first += 60; draw(); } }, "Older")),
    );
  }
  await draw();
}

export async function replay(main, id) {
  const about = await ask(`/api/replays/${id}`);
  let state = 0;
  let wanted = 0;
  let loading = false;
  let playing = false;
  let speed = 2;
  let since = null;
  let marks = about.marks;
  const ahead = new Map();

  const image = h("img", { class: "still", alt: "" });
  const slide = h("input", { type: "range", min: "0", max: String(about.steps), step: "1", value: "0", "aria-label": "Step", class: "scrub" });
  const ticks = h("div", { class: "ticks", "aria-hidden": "true" });
  const place = h("span", { class: "dim place" });
  const start = h("button", { class: "primary", onclick: () => toggle() }, "Play");
  const pace = h("button", { title: "Speed", onclick: () => { speed = (speed + 1) % SPEEDS.length; draw(); } });
  const range = h("button", { onclick: () => { since = since === null ? state : null; draw(); } });
  const given = h("ul", { class: "marks" });
  const words = h("textarea", { rows: "2", maxlength: "500", placeholder: "A sentence: what was done, or what is to be done" });
  const said = h("p", { class: "saidline" });
  clear(
    main,
    h(
      "div",
      { class: "room replay" },
      h("div", { class: "stage" }, h("div", { class: "frame" }, image), h("div", { class: "player" }, ticks, slide, h("div", { class: "row" }, start, h("button", { onclick: () => seek(state - 1), "aria-label": "One step back" }, "−1"), h("button", { onclick: () => seek(state + 1), "aria-label": "One step on" }, "+1"), pace, place))),
      h(
        "aside",
        { class: "side" },
        doneButton(),
        h("h1", {}, about.world),
        h("p", { class: "headline" }, about.instructions.join(" / ")),
        h("dl", { class: "facts" }, [["result", about.result], ["played by", [...new Set(about.by)].join(", ")], ["score", shownScore(about.score)], ["steps", String(about.steps)], ["task", about.task], ["when", when(about.began)]].filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
        said,
        h("h2", {}, "Mark it"),
        h("div", { class: "deeds" }, range, MARKS.map(([label, text, key]) => h("button", { class: `mark ${label}`, title: `${text} (${key})`, onclick: () => mark(label) }, text))),
        words,
        h("button", { onclick: () => mark("sentence", words.value) }, "Add the sentence"),
        h("h2", {}, "Marks"),
        given,
        h("p", {}, h("a", { class: "button", href: "/replays", "data-link": true }, "All replays"), " ", h("a", { class: "button", href: `/replays?world=${encodeURIComponent(about.world)}`, "data-link": true }, `More of ${about.world}`)),
      ),
    ),
  );

  const fetched = async (at) => {
    const answer = await fetch(`/api/replays/${id}/${at}`);
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || "this step cannot be shown");
    return URL.createObjectURL(await answer.blob());
  };

  async function load() {
    if (loading) return;
    loading = true;
    while (state !== wanted || !image.src) {
      const goal = wanted;
      try {
        if (!ahead.has(goal)) ahead.set(goal, fetched(goal));
        const url = await ahead.get(goal);
        image.src = url;
        await image.decode().catch(() => {});
        state = goal;
        for (const [at, old] of ahead) {
          if (Math.abs(at - state) > 12) {
            ahead.delete(at);
            old.then((gone) => URL.revokeObjectURL(gone), () => {});
          }
        }
        if (playing) for (let next = state + 1; next <= Math.min(state + 4, about.steps); next++) if (!ahead.has(next)) ahead.set(next, fetched(next));
      } catch (error) {
        toast(error.message);
        playing = false;
        wanted = state;
        break;
      }
      draw();
    }
    loading = false;
  }

  function seek(at) {
    wanted = Math.min(Math.max(at, 0), about.steps);
    slide.value = String(wanted);
    load();
  }

  function toggle(wish = !playing) {
    playing = wish;
    if (playing && wanted === about.steps) seek(0);
    draw();
  }

  function draw() {
    setText(start, playing ? "Pause" : "Play");
    setText(pace, `${SPEEDS[speed]}×`);
    setText(place, `step ${state} of ${about.steps} · score ${shownScore([about.scores[state]])}`);
    setText(range, since === null ? "Mark from here …" : `From step ${since}`);
    range.classList.toggle("on", since !== null);
    const line = about.lines.filter(([at]) => at <= state).pop();
    setText(said, line ? line[1] : "");
    image.dataset.state = String(state);
  }

  function drawMarks() {
    clear(
      given,
      marks.map((one) =>
        h(
          "li",
          { class: one.label },
          h("button", { class: "goto", onclick: () => one.first !== null && seek(one.first) }, one.first === null ? "whole" : one.first === one.last ? `${one.first}` : `${one.first}–${one.last}`),
          h("span", {}, one.label === "sentence" ? `“${one.text}”` : one.word, h("em", {}, one.by)),
          one.by === (myName() || "person") && h("button", { class: "gone", "aria-label": "Take this mark back", onclick: () => take(one) }, "✕"),
        ),
      ),
      !marks.length && h("li", { class: "dim" }, "No marks yet"),
    );
    clear(
      ticks,
      // the longest first, so that none hides a shorter one
      marks.filter((one) => one.first !== null).sort((one, other) => other.last - other.first - (one.last - one.first)).map((one) => {
        const tick = h("i", { class: one.label });
        tick.style.left = `${(100 * one.first) / Math.max(about.steps, 1)}%`;
        tick.style.width = `max(3px, ${(100 * (one.last - one.first)) / Math.max(about.steps, 1)}%)`;
        return tick;
      }),
    );
  }

  async function mark(label, text = "") {
    const [first, last] = [since ?? state, state].sort((one, other) => one - other);
    try {
      ({ marks } = await ask(`/api/replays/${id}/marks`, { label, text, first, last, by: myName() }));
      if (label === "sentence") words.value = "";
      since = null;
      drawMarks();
      draw();
    } catch (error) {
      toast(error.message);
    }
  }

  async function take(one) {
    try {
      ({ marks } = await ask(`/api/replays/${id}/marks`, { label: "removed", of: one.label, first: one.first, last: one.last, by: myName() }));
      drawMarks();
    } catch (error) {
      toast(error.message);
    }
  }

  slide.addEventListener("input", () => {
    playing = false;
    seek(Number(slide.value));
  });
  const keys = (event) => {
    if (typing(event.target) && event.target !== slide) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const marked = MARKS.find(([, , key]) => event.code === `Key${key}`);
    if (marked) mark(marked[0]);
    else if (event.code === "Space" || event.code === "KeyK") toggle();
    else if (event.code === "ArrowRight") seek(state + (event.shiftKey ? 10 : 1));
    else if (event.code === "ArrowLeft") seek(state - (event.shiftKey ? 10 : 1));
    else if (event.code === "Home") seek(0);
    else if (event.code === "End") seek(about.steps);
    else if (event.code === "Escape") go("/replays");
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", keys);
  let timer = 0;
  let beat = performance.now();
  const run = () => {
    timer = requestAnimationFrame(run);
    const now = performance.now();
    if (!playing) {
      beat = now;
      return;
    }
    if (now - beat < 1000 / (about.hz * SPEEDS[speed]) || state !== wanted) return;
    beat = now;
    if (state >= about.steps) toggle(false);
    else seek(state + Math.max(1, Math.round((about.hz * SPEEDS[speed]) / 60)));
  };
  run();
  drawMarks();
  draw();
  load();
  return () => {
    cancelAnimationFrame(timer);
    removeEventListener("keydown", keys);
    for (const url of ahead.values()) url.then((gone) => URL.revokeObjectURL(gone), () => {});
  };
}
