// Steps through the findings of a page, filters them and copies from them. All that is shown is in
// the page already: without this script it is shown at once.
"use strict";

const root = document.documentElement;
root.classList.add("js");

let active = null;  // the finding that keys go to

class Finding {
  constructor(article) {
    this.article = article;
    this.stops = [...article.querySelectorAll(".stop")];
    this.passages = new Map(
      [...article.querySelectorAll(".passage")].map((each) => [each.dataset.stop, each]));
    this.beside = article.querySelector(".beside");
    this.picture = article.querySelector(".picture");
    this.position = article.querySelector(".position");
    this.filters = [...article.querySelectorAll("[data-filter]")];
    this.listen();
    this.filter();
    this.measure();
    this.show(this.find(article.dataset.first), false);
    article.closest("details")?.addEventListener("toggle", () => this.measure());
  }

  // A picture that is higher than the window scrolls by itself.
  measure() {
    active = this;
    this.beside.classList.toggle("tall", this.picture.scrollHeight > window.innerHeight);
    if (this.place !== undefined) this.scrollPicture(this.passages.get(this.stops[this.place].id));
  }

  find(anchor) {
    return this.stops.findIndex((each) => each.id === anchor);
  }

  listen() {
    for (const each of this.article.querySelectorAll(".stepper, .filters")) each.hidden = false;
    for (const button of this.article.querySelectorAll("[data-go]"))
      button.addEventListener("click", () => this.go(button.dataset.go));
    for (const select of this.filters) select.addEventListener("change", () => this.filter());
    this.article.querySelector(".changes-only").addEventListener("change", (event) =>
      this.article.classList.toggle("only-changes", event.target.checked));
    for (const [anchor, passage] of this.passages)
      passage.addEventListener("click", (event) => {
        event.preventDefault();
        this.visit(this.find(anchor));
      });
  }

  // Whether what is chosen in every filter is among what an element says of itself.
  matches(element) {
    return this.filters.every((select) => !select.value ||
      element.dataset[select.dataset.filter].split(" ").includes(select.value));
  }

  filter() {
    for (const each of this.article.querySelectorAll("[data-kind]"))
      each.classList.toggle("filtered-out", !this.matches(each));
    const shown = this.stops.filter((each) => this.matches(each)).length;
    this.article.querySelector(".matches").textContent =
      shown === this.stops.length ? "" : `${shown} of ${this.stops.length} shown`;
  }

  go(where) {
    const step = { first: 1, next: 1, previous: -1, last: -1 }[where];
    let place = { first: 0, last: this.stops.length - 1 }[where] ?? this.place + step;
    while (this.stops[place] && !this.matches(this.stops[place])) place += step;
    if (this.stops[place]) this.visit(place);
  }

  // Shows a stop, and names it in the address.
  visit(place) {
    history.replaceState(null, "", "#" + this.stops[place].id);
    this.show(place, true);
  }

  show(place, scroll) {
    if (place < 0) return;
    active = this;
    this.place = place;
    this.stops.forEach((each, i) => each.classList.toggle("current", i === place));
    const anchor = this.stops[place].id;
    for (const [name, passage] of this.passages) {
      passage.classList.toggle("current", name === anchor);
      const link = passage.querySelector("a");
      if (name === anchor) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    this.position.textContent = `${place + 1} of ${this.stops.length}`;
    const passage = this.passages.get(anchor);
    this.scrollPicture(passage);
    if (scroll) passage.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Brings a passage to the middle of the picture, and leaves the page where it is.
  scrollPicture(passage) {
    const frame = this.picture.getBoundingClientRect();
    const box = passage.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom)
      this.picture.scrollTop += (box.top + box.bottom - frame.top - frame.bottom) / 2;
    const mark = (passage.querySelector(".ring") ?? passage.querySelector(".dot"))
      ?.getBoundingClientRect();
    if (mark && (mark.left < frame.left || mark.right > frame.right))
      this.picture.scrollLeft += (mark.left + mark.right - frame.left - frame.right) / 2;
  }
}

const findings = [...document.querySelectorAll(".finding")].map((each) => new Finding(each));
active = findings[0] ?? null;

function followLink() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  const target = document.getElementById(anchor);
  if (target?.tagName === "DETAILS") target.open = true;
  for (const finding of findings) {
    const place = finding.find(anchor);
    if (place < 0) continue;
    for (let above = finding.article; above; above = above.parentElement)
      if (above.tagName === "DETAILS") above.open = true;
    finding.show(place, true);
    return;
  }
}
window.addEventListener("hashchange", followLink);
followLink();

const keys = { ArrowRight: "next", ArrowLeft: "previous", Home: "first", End: "last" };
window.addEventListener("keydown", (event) => {
  const typing = ["SELECT", "TEXTAREA"].includes(event.target.tagName);
  if (typing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const own = findings.find((each) => each.article.contains(event.target)) ?? active;
  if (!own || !keys[event.key]) return;
  event.preventDefault();
  own.go(keys[event.key]);
});

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.previousElementSibling.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      window.getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "selected";
    }
  });
}
