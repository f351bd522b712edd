// « Imprimer » : the button needs this script, so it only shows with it. What is folded is printed open.
"use strict";
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("#contenu details:not([open])").forEach((folded) => {
    folded.open = true;
    folded.dataset.printed = "";
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("#contenu details[data-printed]").forEach((folded) => {
    folded.open = false;
    delete folded.dataset.printed;
  });
});
