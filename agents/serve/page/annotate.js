// Invited people: consent, the queue, and sessions for two.
import { go, openRoom } from "./app.js";
import { clear, h, toast } from "./dom.js";
import { ask } from "./net.js";

// An invitation in the address is handed in once, and leaves the address.
export async function invited() {
  const place = new URL(location.href);
  const invite = place.searchParams.get("invite");
  if (!invite) return;
  const me = await ask("/api/annotate/enter", { invite });
  document.getElementById("name").value = me.id;
  place.searchParams.delete("invite");
  history.replaceState(null, "", place);
}

export async function annotate(main) {
  const me = await ask("/api/annotate");
  const name = document.getElementById("name");
  name.value = me.id;
  name.readOnly = true;
  if (!me.agreed) {
    clear(
      main,
      h("section", { class: "sheet" }, h("h1", {}, "Before you begin"), me.consent.split(/\n\s*\n/).map((text) => h("p", {}, text)), h("p", { class: "dim" }, `Your id is ${me.id}.`), h("div", { class: "row" }, h("button", { class: "primary", onclick: agree }, "I agree"))),
    );
    return;
  }
  const [next, { worlds }] = await Promise.all([ask("/api/annotate/next"), ask("/api/worlds")]);
  const world = h("select", { "aria-label": "World" }, worlds.map((each) => h("option", { value: each.name }, each.name)));
  clear(
    main,
    h("section", { class: "sheet" }, h("h1", {}, next.left ? `${next.left} left for you` : "All done, thank you"), card(next)),
    h("section", { class: "sheet" }, h("h2", {}, "A session for two"), h("p", { class: "dim" }, "One person says in the chat what to do, the other does it. Open a room, and send its link to your partner. What is said is stored with the episode."), h("div", { class: "row" }, world, h("button", { onclick: () => openRoom({ world: world.value, agent: "nobody" }, "?watch") }, "Say what to do"), h("button", { onclick: () => openRoom({ world: world.value, agent: "nobody" }) }, "Do what is said"))),
  );

  async function agree() {
    await ask("/api/annotate/agree", {});
    annotate(main);
  }
}

function card(next) {
  const later = `?item=${encodeURIComponent(next.item)}`;
  if (next.kind === "play") {
    return h("div", { class: "errand" }, h("p", { class: "dim" }, `Play ${next.world}, and do this:`), h("blockquote", {}, next.text), h("button", { class: "primary", onclick: () => openRoom({ world: next.world, agent: "nobody", errand: next.item.split(":")[1] }, later) }, "Begin"));
  }
  if (next.kind === "mark") {
    return h("div", { class: "errand" }, h("p", {}, "Look at an episode. Mark where it succeeds or fails, where things get better or worse, and describe in a sentence what is done."), h("button", { class: "primary", onclick: () => go(`/replays/${next.episode}${later}`) }, "Begin"));
  }
  return h("p", { class: "dim" }, "There is nothing in your queue now.");
}

// The way back to the queue, on a page that was opened from it.
export function doneButton() {
  const item = new URL(location.href).searchParams.get("item");
  if (!item) return null;
  const done = async () => {
    try {
      await ask("/api/annotate/done", { item });
      go("/annotate");
    } catch (error) {
      toast(error.message);
    }
  };
  return h("button", { class: "primary done", onclick: done }, "Done: what is next?");
}
