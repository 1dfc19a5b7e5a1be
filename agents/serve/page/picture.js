// Pictures from the wire onto a canvas, in their order.

export class Screen {
  constructor(canvas, shown) {
    this.canvas = canvas;
    this.paper = canvas.getContext("2d", { alpha: false });
    this.shown = shown;
    this.waiting = [];
    this.version = 0;
    this.player = -1;
    this.busy = false;
  }

  put(head, bytes) {
    if (!head.part) this.waiting.length = 0;
    this.waiting.push([head, bytes]);
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    while (this.waiting.length) {
      const [head, bytes] = this.waiting.shift();
      try {
        const image = await createImageBitmap(new Blob([bytes], { type: head.type }));
        if (!head.part) {
          if (this.canvas.width !== head.width || this.canvas.height !== head.height) {
            this.canvas.width = head.width;
            this.canvas.height = head.height;
          }
          this.paper.drawImage(image, 0, 0);
        } else if (head.base === this.version && head.player === this.player) {
          this.paper.drawImage(image, head.x, head.y);
        }
        image.close();
        this.version = head.version;
        this.player = head.player;
        this.shown(head);
      } catch {
        // a picture that cannot be read is left out; the next whole one mends it
      }
    }
    this.busy = false;
  }
}
