// Elements made of text: nothing on this page is ever parsed as markup.

export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const clear = (element, ...children) => {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

export const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export function toast(text) {
  const place = document.getElementById("toasts");
  const shown = h("div", { class: "toast" }, String(text));
  place.append(shown);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => shown.classList.add("going"), 4200);
  setTimeout(() => shown.remove(), 4700);
}

export const kept = {
  get(name, otherwise) {
    try {
      const found = localStorage.getItem(`rumpus.${name}`);
      return found === null ? otherwise : JSON.parse(found);
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`rumpus.${name}`, JSON.stringify(value));
    } catch {
      // a browser may keep nothing
    }
  },
};

export function seconds(count) {
  if (count < 90) return `about ${Math.max(Math.round(count / 5) * 5, 5)} seconds`;
  return `about ${Math.round(count / 60)} minutes`;
}
