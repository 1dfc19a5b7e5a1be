// The map of a first-person world, drawn over a corner of the picture.

export class Chart {
  constructor(canvas) {
    this.canvas = canvas;
    this.paper = canvas.getContext("2d");
    this.open = false;
  }

  // data: what the room tells: {rows, cols, palette, cells, shapes, eye}
  draw(data) {
    this.canvas.hidden = !this.open || !data.rows;
    if (this.canvas.hidden) return;
    const edge = Math.max(Math.floor(640 / Math.max(data.rows, data.cols)), 8);
    const { paper } = this;
    this.canvas.width = data.cols * edge;
    this.canvas.height = data.rows * edge;
    data.cells.forEach((cell, at) => {
      paper.fillStyle = data.palette[cell];
      paper.fillRect((at % data.cols) * edge, Math.floor(at / data.cols) * edge, edge, edge);
    });
    for (const [colour, radius, ...points] of data.shapes) {
      paper.fillStyle = colour;
      paper.beginPath();
      if (radius) paper.arc(points[0] * edge, points[1] * edge, Math.max(radius * edge, 2), 0, 7);
      else for (let at = 0; at < points.length; at += 2) paper.lineTo(points[at] * edge, points[at + 1] * edge);
      paper.fill();
    }
    const [x, y, ahead, aside] = data.eye;
    const size = Math.max(edge * 0.55, 8);
    paper.beginPath();
    for (const [forth, right] of [[1, 0], [-0.7, 0.7], [-0.35, 0], [-0.7, -0.7]]) {
      paper.lineTo(x * edge + size * (forth * ahead - right * aside), y * edge + size * (forth * aside + right * ahead));
    }
    paper.closePath();
    paper.fillStyle = "#fff";
    paper.strokeStyle = "#121419";
    paper.fill();
    paper.stroke();
  }

  turn() {
    this.open = !this.open;
    if (!this.open) this.canvas.hidden = true;
    return this.open;
  }
}
