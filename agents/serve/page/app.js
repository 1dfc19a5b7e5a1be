// The parts of the page by address, and what they share.
import { annotate, invited } from "./annotate.js";
import { clear, h, kept, toast } from "./dom.js";
import { gallery } from "./gallery.js";
import { ask, enter } from "./net.js";
import { play } from "./play.js";
import { replay, replays } from "./replays.js";
import { results } from "./results.js";

const main = document.getElementById("main");
let leave = () => {};

const PARTS = [
  [/^\/$/, gallery],
  [/^\/room\/([\w-]+)$/, play],
  [/^\/replays$/, replays],
  [/^\/replays\/([0-9a-f]+)$/, replay],
  [/^\/results$/, results],
  [/^\/annotate$/, annotate],
];

export function go(path, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  show();
}

async function show() {
  leave();
  leave = () => {};
  const path = location.pathname;
  document.title = "Rumpus";
  document.body.dataset.part = path.split("/")[1] || "gallery";
  for (const link of document.querySelectorAll("#nav a")) {
    link.classList.toggle("here", link.getAttribute("href") === `/${path.split("/")[1]}`);
  }
  window.scrollTo(0, 0);
  for (const [form, part] of PARTS) {
    const found = form.exec(path);
    if (!found) continue;
    try {
      leave = (await part(main, ...found.slice(1))) || (() => {});
    } catch (error) {
      clear(main, h("section", { class: "empty" }, h("h1", {}, "This does not work"), h("p", {}, error.message), h("a", { class: "button", href: "/", "data-link": true }, "All worlds")));
    }
    return;
  }
  clear(main, h("section", { class: "empty" }, h("h1", {}, "There is nothing here"), h("a", { class: "button", href: "/", "data-link": true }, "All worlds")));
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-link]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
addEventListener("popstate", show);

const name = document.getElementById("name");
name.value = kept.get("name", "");
name.addEventListener("change", () => kept.set("name", name.value.trim()));
name.addEventListener("keydown", (event) => event.key === "Enter" && name.blur());
export const myName = () => name.value.trim();

export async function openRoom(wishes, search = "") {
  try {
    const room = await ask("/api/rooms", wishes);
    kept.set("last", [wishes.world, ...kept.get("last", []).filter((each) => each !== wishes.world)].slice(0, 6));
    go(room.link + search);
  } catch (error) {
    toast(error.message);
  }
}

try {
  await enter();
  await invited();
  const about = await ask("/api/about");
  const links = [["/", "Worlds"], ["/results", "Results"]];
  if (about.recording) links.push(["/replays", "Replays"]);
  if (about.annotating) links.push(["/annotate", "Annotate"]);
  clear(document.getElementById("nav"), links.map(([href, text]) => h("a", { href, "data-link": true }, text)));
  await show();
} catch (error) {
  clear(main, h("section", { class: "empty" }, h("h1", {}, "The door is closed"), h("p", {}, error.message)));
}
