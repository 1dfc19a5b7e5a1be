// A few short tones, made here. They are off until the page is touched, as browsers ask for, and where they are muted.
import { kept } from "./dom.js";

const TONES = {
  good: [[660, 0, 0.09], [880, 0.07, 0.14]],
  bad: [[220, 0, 0.16]],
  success: [[523, 0, 0.12], [659, 0.1, 0.12], [784, 0.2, 0.28]],
  failed: [[294, 0, 0.16], [220, 0.14, 0.3]],
  count: [[440, 0, 0.06]],
  chat: [[740, 0, 0.05]],
};
let context = null;

export const muted = () => kept.get("muted", false);
export const mute = (wish) => kept.set("muted", wish);

export function tone(name) {
  if (muted() || !navigator.userActivation?.hasBeenActive) return;
  try {
    context ??= new AudioContext();
    for (const [pitch, after, long] of TONES[name]) {
      const source = context.createOscillator();
      const volume = context.createGain();
      const at = context.currentTime + after;
      source.type = "triangle";
      source.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.09, at + 0.01);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + long);
      source.connect(volume).connect(context.destination);
      source.start(at);
      source.stop(at + long + 0.02);
    }
  } catch {
    // no sound device
  }
}
