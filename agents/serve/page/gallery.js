// All worlds, with pictures, and the rooms that are open.
import { openRoom } from "./app.js";
import { clear, h, kept, seconds, setText } from "./dom.js";
import { ask } from "./net.js";

const FILTERS = [
  ["all", () => true],
  ["from above", (world) => world.view === "from above"],
  ["first person", (world) => world.view === "first person"],
  ["one player", (world) => world.players === 1],
  ["several players", (world) => world.players > 1],
];

function fits(world, words) {
  const text = `${world.name} ${world.family} ${world.summary} ${world.view}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export async function gallery(main) {
  const { worlds } = await ask("/api/worlds");
  let chosen = kept.get("filter", "all");
  if (!FILTERS.some(([name]) => name === chosen)) chosen = "all";
  const search = h("input", { type: "search", placeholder: "Search worlds", "aria-label": "Search worlds", oninput: () => draw() });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Which worlds" });
  const rooms = h("section", { class: "rooms", hidden: true });
  const grid = h("section", { class: "grid" });
  const count = h("p", { class: "dim count" });
  clear(
    main,
    h("section", { class: "hero" }, h("h1", {}, "Pick a world"), h("p", {}, "Play it here, alone, with friends, or beside an agent. Keyboard, mouse, controller or touch.")),
    rooms,
    h("div", { class: "bar" }, search, chips),
    grid,
    count,
  );

  function draw() {
    clear(chips, FILTERS.map(([name]) => h("button", { class: name === chosen ? "chip on" : "chip", "aria-pressed": String(name === chosen), onclick: () => { chosen = name; kept.set("filter", name); draw(); } }, name)));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [, filter] = FILTERS.find(([name]) => name === chosen);
    const last = kept.get("last", []);
    const rank = (world) => (last.includes(world.name) && chosen === "all" && !words.length ? last.indexOf(world.name) : last.length);
    const shown = worlds.filter((world) => filter(world) && fits(world, words));
    shown.sort((one, other) => rank(one) - rank(other));
    clear(grid, shown.map((world) => card(world, last.includes(world.name))));
    setText(count, shown.length === worlds.length ? `${worlds.length} worlds` : `${shown.length} of ${worlds.length} worlds`);
  }

  async function look() {
    const found = (await ask("/api/rooms").catch(() => ({ rooms: [] }))).rooms.filter((room) => room.phase === "open" && room.people);
    rooms.hidden = !found.length;
    clear(rooms, h("h2", {}, "Open rooms"), h("div", { class: "roomlist" }, found.map((room) => h("a", { class: "roomcard", href: `/room/${room.id}`, "data-link": true }, h("b", {}, room.world), h("span", { class: "dim" }, room.names.join(", "))))));
  }

  draw();
  await look();
  const watch = setInterval(() => document.hidden || look(), 4000);
  return () => clearInterval(watch);
}

function picture(world) {
  const place = h("div", { class: "shot" });
  if (world.picture) {
    place.append(h("img", { src: `/api/worlds/${world.name}/picture`, alt: "", loading: "lazy", decoding: "async", onerror: () => place.classList.add("none") }));
  } else {
    place.classList.add("none");
    place.append(h("span", {}, world.name.split("-").map((part) => part[0]).join("").toUpperCase()));
  }
  if (world.players > 1) place.append(h("span", { class: "badge" }, `${world.players} players`));
  return place;
}

function card(world, recent) {
  const begin = () => openRoom({ world: world.name });
  const watches = world.agents.includes("expert") || world.agents.length > 1;
  return h(
    "article",
    { class: "card", tabindex: "0", "aria-label": world.name, onkeydown: (event) => event.key === "Enter" && event.target === event.currentTarget && begin() },
    h("button", { class: "cover", "aria-label": `Play ${world.name}`, tabindex: "-1", onclick: begin }, picture(world)),
    h("div", { class: "words" }, h("h3", {}, world.name, recent && h("span", { class: "recent" }, "recent")), h("p", {}, world.summary), world.ready > 2 && h("p", { class: "wait" }, `The first start takes ${seconds(world.ready)}`)),
    h(
      "div",
      { class: "row" },
      h("button", { class: "primary", onclick: begin }, "Play"),
      watches && h("button", { onclick: () => openRoom({ world: world.name, agent: "expert" }, "?watch") }, "Watch the expert"),
      h("button", { class: "more", "aria-label": `Options of ${world.name}`, onclick: () => options(world) }, "⋯"),
    ),
  );
}

function options(world) {
  const pick = (label, values, first) => {
    const made = h("select", {}, values.map(([value, text]) => h("option", { value }, text)));
    made.value = first;
    return [made, h("label", {}, label, made)];
  };
  const alone = world.players === 1;
  const [agent, agentRow] = pick(alone ? "Agent" : "Free seats", [["nobody", "nobody"], ...world.agents.map((name) => [name, name])], alone || !world.agents.includes("expert") ? "nobody" : "expert");
  const [split, splitRow] = pick("Levels", world.splits.map((name) => [name, name]), "train");
  const [list, listRow] = pick("Tasks", [["", "the world's own"], ...world.lists.map((name) => [name, `benchmark: ${name}`])], "");
  const seed = h("input", { inputmode: "numeric", pattern: "[0-9]*", placeholder: "random", maxlength: "10" });
  const start = (search) => {
    const wishes = { world: world.name, agent: agent.value, split: split.value };
    if (list.value) wishes.list = list.value;
    if (seed.value.trim()) wishes.seed = Number(seed.value.trim());
    box.close();
    openRoom(wishes, search);
  };
  const box = h(
    "dialog",
    { class: "options", onclose: () => box.remove() },
    h("h2", {}, world.name),
    h("p", {}, world.summary),
    agentRow,
    world.lists.length > 0 && listRow,
    splitRow,
    h("label", {}, "Seed", seed),
    h("div", { class: "row" }, h("button", { class: "primary", onclick: () => start("") }, "Play"), h("button", { onclick: () => start("?watch") }, "Watch"), h("button", { onclick: () => box.close() }, "Cancel")),
  );
  document.body.append(box);
  box.showModal();
}
