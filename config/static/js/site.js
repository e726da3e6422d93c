// Small comforts. Every page works without this file.
"use strict";

// After an error the reader, and the screen reader, start at the list of problems.
const focusFirst = document.querySelector("[data-focus]");
if (focusFirst) focusFirst.focus();

// A form is sent once: a second press within a moment is a slip (the server forgives it as well).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" || event.defaultPrevented) return;
  if (form.dataset.sentAt && Date.now() - Number(form.dataset.sentAt) < 3000) {
    event.preventDefault();
    return;
  }
  form.dataset.sentAt = String(Date.now());
});

// Coming back by the browser's button, a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sentAt;
});

// <button data-copy="text" data-copied="Copied">: shown only where it can work.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}

// <button data-print>: shown only with scripts, since only they can print.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Leaving at once: the page is gone before the server has heard of it, and back does not find it.
for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    navigator.sendBeacon(form.action);
    window.location.replace(form.dataset.leave);
  });
}

// <textarea data-most="4000" data-left="…" data-over="…">: how much room is left, near the end.
for (const field of document.querySelectorAll("textarea[data-most]")) {
  const most = Number(field.dataset.most);
  const line = document.createElement("p");
  line.className = "hint";
  line.setAttribute("aria-live", "polite");
  field.after(line);
  const count = () => {
    // As the server counts: a new line is sent as two characters.
    const left = most - field.value.replaceAll("\n", "\r\n").length;
    const words = left < 0 ? `${field.dataset.over} ${-left}` : `${field.dataset.left} ${left}`;
    line.textContent = left < most / 10 ? words : "";
  };
  field.addEventListener("input", count);
  count();
}

// <input type="file" data-most-files="5" data-most-bytes="…" data-too-much="…">: said when chosen.
for (const field of document.querySelectorAll("input[data-most-bytes]")) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("aria-live", "assertive");
  field.before(line);
  field.addEventListener("change", () => {
    const { mostBytes, mostFiles, tooMuch } = field.dataset;
    const files = [...field.files];
    const large = files.filter((file) => file.size > Number(mostBytes));
    const wrong = large.length ? large : files.slice(Number(mostFiles));
    line.textContent = wrong.length ? `${tooMuch} ${wrong.map((file) => file.name).join(", ")}` : "";
  });
  field.form.addEventListener("submit", (event) => {
    if (!line.textContent || event.submitter?.name === "language") return;
    event.preventDefault();
    field.focus();
  });
}
