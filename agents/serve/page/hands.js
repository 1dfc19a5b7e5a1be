// Keyboard by place, mouse, wheel, controller and touch, as messages of the room.
import { standsFor } from "./keymap.js";

const WHOLE = 65536; // of a cursor: one picture height
const STICK = ["a", "b", "x", "y", "left shoulder"];
const ARROWS = [["ArrowUp", "KeyW"], ["ArrowDown", "KeyS"], ["ArrowLeft", "KeyA"], ["ArrowRight", "KeyD"]];

export const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

export class Hands {
  // on: {send(message, timed), play(), command(code, event): whether the page used it, wants(): whether the world plays}
  constructor(canvas, on) {
    this.canvas = canvas;
    this.on = on;
    this.card = null;
    this.down = new Set();
    this.moved = [0, 0];
    this.place = null;
    this.grip = "";
    this.stop = new AbortController();
    const how = { signal: this.stop.signal };
    addEventListener("keydown", (event) => this.key(event, true), how);
    addEventListener("keyup", (event) => this.key(event, false), how);
    addEventListener("blur", () => this.rest(), how);
    document.addEventListener("visibilitychange", () => document.hidden && this.rest(), how);
    document.addEventListener("pointerlockchange", () => this.locked() || (this.card?.looks && this.rest()), how);
    canvas.addEventListener("pointerdown", (event) => this.press(event), how);
    addEventListener("pointerup", (event) => this.lift(event), how);
    addEventListener("pointermove", (event) => this.move(event), how);
    // A click that gives the window its focus catches the mouse only once it is whole.
    canvas.addEventListener("click", (event) => this.card?.looks && event.pointerType === "mouse" && !this.locked() && this.on.seated() && this.catch(), how);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { ...how, passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), how);
    const beat = () => {
      if (this.stop.signal.aborted) return;
      this.flush();
      this.pads();
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  }

  close() {
    this.stop.abort();
    if (this.locked()) document.exitPointerLock();
  }

  catch() {
    Promise.resolve(this.canvas.requestPointerLock?.()).catch(() => {});
  }

  locked() {
    return document.pointerLockElement === this.canvas;
  }

  listens(code) {
    return this.card !== null && this.card.keys.includes(code);
  }

  key(event, down) {
    if (typing(event.target) || this.card === null) return;
    const code = standsFor(event.code);
    if (down && !event.repeat && this.on.command(code, event)) return event.preventDefault();
    if (!this.listens(code) || event.metaKey || (event.ctrlKey && !this.listens("ControlLeft"))) return;
    event.preventDefault();
    if (down) this.hold(code);
    else this.release(code);
  }

  hold(code) {
    if (this.down.has(code)) return;
    this.down.add(code);
    this.on.send({ t: "key", code, down: true }, true);
  }

  release(code) {
    if (!this.down.delete(code)) return;
    this.on.send({ t: "key", code, down: false });
  }

  rest() {
    this.down.clear();
    this.moved = [0, 0];
    this.on.send({ t: "do", what: "blur" });
  }

  // A place on the picture in picture heights, as whole numbers. The picture lies in the middle of the canvas's box,
  // as large as fits there (object-fit: contain).
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = Math.min(box.width / this.canvas.width, box.height / this.canvas.height);
    const [width, height] = [this.canvas.width * scale, this.canvas.height * scale];
    const x = Math.min(Math.max(event.clientX - box.left - (box.width - width) / 2, 0), width - 1);
    const y = Math.min(Math.max(event.clientY - box.top - (box.height - height) / 2, 0), height - 1);
    return { x: Math.round((x * WHOLE) / height), y: Math.round((y * WHOLE) / height) };
  }

  press(event) {
    if (this.card === null || event.button > 2) return;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    event.preventDefault();
    if (this.card.looks && event.pointerType === "mouse" && !this.locked() && this.on.seated()) {
      this.catch();
      this.on.play();
      return;
    }
    if (this.on.play()) return;
    if (event.pointerType !== "mouse") this.canvas.setPointerCapture(event.pointerId);
    const place = this.locked() ? { x: 0, y: 0 } : this.at(event);
    this.on.send({ t: "button", button: event.button, down: true, player: this.on.player(), ...place }, true);
  }

  lift(event) {
    if (this.card === null || event.button > 2 || event.target !== this.canvas) return;
    const place = this.locked() ? { x: 0, y: 0 } : this.at(event);
    this.on.send({ t: "button", button: event.button, down: false, player: this.on.player(), ...place });
  }

  move(event) {
    if (this.card === null) return;
    if (this.locked() || (this.card.looks && event.pointerType === "touch" && event.target === this.canvas)) {
      this.moved[0] += event.movementX;
      this.moved[1] += event.movementY;
    } else if (this.card.cursor && !this.card.turnBased && event.target === this.canvas) {
      this.place = this.at(event);
    }
  }

  wheel(event) {
    if (this.card === null || !event.deltaY) return;
    event.preventDefault();
    this.on.send({ t: "wheel", notches: event.deltaY < 0 ? 1 : -1 });
  }

  flush() {
    const [x, y] = this.moved.map((each) => Math.max(Math.min(Math.round(each), 4000), -4000));
    if (x || y) {
      this.on.send({ t: "look", x, y });
      this.moved = [0, 0];
    }
    if (this.place) {
      this.on.send({ t: "point", player: this.on.player(), ...this.place });
      this.place = null;
    }
  }

  pads() {
    if (this.card === null || !navigator.getGamepads) return;
    const pad = [...navigator.getGamepads()].find((each) => each?.connected && each.mapping === "standard");
    if (!pad) return;
    const axis = (number) => Math.round((pad.axes[number] || 0) * 50) / 50;
    const pressed = STICK.filter((_, number) => pad.buttons[number]?.pressed);
    if (this.card.looks) {
      const grip = { t: "pad", walk: [axis(0), axis(1)], look: [axis(2), axis(3)], pressed };
      const text = JSON.stringify(grip);
      if (text !== this.grip) this.on.send(grip);
      this.grip = text;
    } else {
      const far = [-axis(1), axis(1), -axis(0), axis(0)];
      ARROWS.forEach((codes, number) => {
        this.feel(codes, far[number] > 0.5 || pad.buttons[12 + number]?.pressed);
      });
      this.feel(["Space", "KeyE", "Enter"], pad.buttons[0]?.pressed);
    }
    if (pressed.includes("a") && this.on.play()) this.grip = "";
  }

  feel(codes, held) {
    const code = codes.find((each) => this.listens(each));
    if (code === undefined) return;
    this.felt ??= new Set();
    if (held && !this.felt.has(code)) {
      this.felt.add(code);
      this.hold(code);
    } else if (!held && this.felt.delete(code)) this.release(code);
  }
}

// The keys that an on-screen cross stands for in this world: those it listens to.
export const cross = (card) => ARROWS.map((codes) => codes.find((code) => card.keys.includes(code)));
