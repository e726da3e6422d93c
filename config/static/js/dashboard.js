// Staff pages. Every page works without this file.
"use strict";

// A starting text for the chosen outcome, as long as nobody has written anything else.
const drafts = document.getElementById("drafts");
const answer = document.getElementById("id_answer");
if (drafts && answer) {
  const texts = JSON.parse(drafts.textContent);
  const untouched = () => !answer.value.trim()
    || Object.values(texts).some((text) => text.trim() === answer.value.replaceAll("\r\n", "\n").trim());
  for (const radio of document.querySelectorAll("input[name=outcome]")) {
    radio.addEventListener("change", () => {
      if (untouched()) answer.value = texts[radio.value];
    });
  }
}

// The jump to a folded part opens it.
for (const link of document.querySelectorAll(".next a[href='#deadlines']")) {
  link.addEventListener("click", () => {
    const first = document.querySelector("#deadlines details");
    if (first) first.open = true;
  });
}
