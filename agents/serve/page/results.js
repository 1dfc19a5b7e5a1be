// How well players do in each world of the suite.
import { openRoom } from "./app.js";
import { clear, h, setText } from "./dom.js";
import { ask } from "./net.js";

const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

function bar(player, kind) {
  const edges = [player.low, player.success, player.high].map((share) => 100 * Math.min(Math.max(share, 0), 1));
  const mark = h("i", { class: "range" });
  mark.style.left = `${edges[0]}%`;
  mark.style.width = `${Math.max(edges[2] - edges[0], 0.5)}%`;
  const fill = h("i", { class: "fill" });
  fill.style.width = `${edges[1]}%`;
  const told = `${percent(player.success)}, 95 % interval ${percent(player.low)} to ${percent(player.high)}; ${player.episodes.toLocaleString("en")} episodes, ${player.where}`;
  return h("li", { class: `result ${kind}`, title: told, "aria-label": `${player.name}: ${told}` }, h("span", { class: "who" }, player.name), h("span", { class: "track" }, fill, mark), h("b", {}, percent(player.success)), h("small", { class: "dim" }, `${player.where}, ${player.episodes.toLocaleString("en")} episodes`));
}

export async function results(main) {
  const { rows } = await ask("/api/results");
  const search = h("input", { type: "search", placeholder: "Search worlds", "aria-label": "Search worlds", oninput: () => draw() });
  const grid = h("section", { class: "results" });
  const count = h("p", { class: "dim count" });
  clear(
    main,
    h("section", { class: "hero" }, h("h1", {}, "Results"), h("p", {}, "Share of episodes that succeed in each world, with 95 % intervals: of random moves, of the expert, of the agents that come with Rumpus, and of people who played here.")),
    h("div", { class: "bar" }, search),
    grid,
    count,
  );
  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((row) => words.every((word) => row.world.includes(word)));
    clear(
      grid,
      shown.map(({ world, players, people }) =>
        h(
          "article",
          { class: "resultcard", "data-world": world },
          h("div", { class: "row" }, h("h3", {}, world), h("button", { "aria-label": `Play ${world}`, onclick: () => openRoom({ world }) }, "Play")),
          h("ul", {}, players.map((player) => bar(player, player.name === "random" || player.name === "expert" ? player.name : "agent")), people && bar(people, "people")),
        ),
      ),
    );
    setText(count, shown.length ? `${shown.length} of ${rows.length} worlds` : "No world of that name was measured");
  }
  draw();
}
