// Choix de plusieurs dossiers : le compte d’abord, et « toute la liste » rend les cases une à une inutiles.
(function () {
  "use strict";
  var form = document.getElementById("bulk");
  if (!form) return;
  var words = form.querySelector("[data-chosen]"), start = words.textContent, all = form.elements.all;
  var page = tickAll(document.querySelector("[data-tick-all]"));

  function boxes() { return Array.from(document.querySelectorAll('input[name="case"][form="bulk"]')); }

  // Un dossier peut avoir plusieurs lignes (ses rappels, ses escalades) : il compte une fois.
  function cases(some) { return new Set(some.map(function (box) { return box.value; })).size; }

  // Dans l’en-tête du tableau, tout cocher ou tout décocher : sans script, la case n’est pas là.
  function tickAll(cell) {
    if (!cell) return null;
    var box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.autocomplete = "off";
    box.setAttribute("aria-label", "Tout cocher sur cette page");
    box.title = "Tout cocher sur cette page";
    box.addEventListener("change", function () {
      boxes().forEach(function (one) { one.checked = box.checked; });
      count();
    });
    cell.append(box);
    return box;
  }

  function count() {
    var shown = boxes(), ticked = shown.filter(function (box) { return box.checked; });
    var whole = Boolean(all && all.checked), chosen = cases(ticked);
    shown.forEach(function (box) { box.disabled = whole; });
    if (page) {
      page.disabled = whole;
      page.checked = ticked.length > 0 && ticked.length === shown.length;
      page.indeterminate = ticked.length > 0 && ticked.length < shown.length;
    }
    if (whole) words.textContent = "Toute la liste est choisie.";
    else if (!chosen) words.textContent = start;
    else words.textContent = chosen + " choisi" + (chosen > 1 ? "s" : "") + " sur " + cases(shown);
  }

  document.addEventListener("change", function (event) {
    if (event.target.form === form) count();
  });
  window.addEventListener("pageshow", count); // le retour du navigateur garde les cases cochées
})();
