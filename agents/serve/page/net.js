// Requests, and the connection to a room.

export async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  const data = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.error || `The server answered with ${answer.status}`);
  return data;
}

export async function enter() {
  const place = new URL(location.href);
  const token = place.searchParams.get("token");
  if (!token) return;
  await ask("/api/enter", { token });
  place.searchParams.delete("token");
  history.replaceState(null, "", place);
}

const TYPES = ["image/jpeg", "image/png"];

export class Line {
  // A connection to a room that comes back by itself. on: {message(data), picture(header, bytes), state(text)}
  constructor(room, hello, on) {
    this.on = on;
    this.number = 0;
    this.sent = new Map();
    this.ended = false;
    this.tries = 0;
    this.room = room;
    this.hello = hello;
    this.open();
  }

  open() {
    const place = new URL(`/api/rooms/${encodeURIComponent(this.room)}/play`, location.href);
    place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(place);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.on.state("");
      socket.send(JSON.stringify({ t: "hello", ...this.hello() }));
      this.on.ready();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.on.picture(...header(data));
      const message = JSON.parse(data);
      if (message.t === "closed" || message.t === "broken") this.ended = true;
      this.on.message(message);
    };
    socket.onclose = () => {
      clearInterval(this.beating);
      if (this.ended) return;
      this.tries += 1;
      if (this.tries > 8) return this.on.state("The connection is lost. Reload the page to try again.");
      this.on.state("The connection is lost. Trying again …");
      setTimeout(() => this.ended || this.open(), Math.min(300 * 2 ** this.tries, 8000));
    };
    clearInterval(this.beating);
    this.beating = setInterval(() => document.hidden || this.send({ t: "do", what: "ping" }, true), 2000);
  }

  send(message, timed = false) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.number = (this.number + 1) % 2 ** 31;
    if (timed) {
      this.sent.set(this.number, performance.now());
      if (this.sent.size > 200) this.sent.delete(this.sent.keys().next().value);
    }
    this.socket.send(JSON.stringify({ ...message, n: this.number }));
  }

  // Milliseconds since the message of this number was sent, once; undefined if it is not known.
  since(number) {
    let found;
    for (const [sent, at] of this.sent) {
      if (sent > number) break;
      found = performance.now() - at;
      this.sent.delete(sent);
    }
    return found;
  }

  close() {
    this.ended = true;
    clearInterval(this.beating);
    this.socket.close();
  }
}

function header(data) {
  const view = new DataView(data);
  const head = {
    type: TYPES[view.getUint8(0)],
    player: view.getUint8(1),
    part: (view.getUint16(2, true) & 1) === 1,
    version: view.getUint32(4, true),
    base: view.getUint32(8, true),
    ack: view.getUint32(12, true),
    x: view.getUint16(16, true),
    y: view.getUint16(18, true),
    width: view.getUint16(20, true),
    height: view.getUint16(22, true),
  };
  return [head, new Uint8Array(data, 24)];
}
