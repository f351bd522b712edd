// Annuaire : copier un numéro d’un geste, voir l’attente passer. Sans script, le numéro se sélectionne entier.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var loaded = Date.now();

  function reveal(root) {
    root.querySelectorAll("button.at-copy[hidden]").forEach(function (node) { node.hidden = false; });
  }

  // Hors de https, le presse-papiers moderne est fermé : l’ancien moyen reste.
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var box = document.createElement("textarea");
    box.value = text;
    box.setAttribute("readonly", "");
    box.className = "visually-hidden";
    document.body.appendChild(box);
    box.select();
    var done = document.execCommand("copy");
    box.remove();
    return done ? Promise.resolve() : Promise.reject();
  }

  function told(button, word) {
    var label = button.firstElementChild ? button.firstElementChild.nextSibling : button.firstChild;
    var before = button.dataset.word || (button.dataset.word = label.textContent);
    label.textContent = word;
    window.clearTimeout(button.timer);
    button.timer = window.setTimeout(function () { label.textContent = before; }, 3000);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    copy(button.dataset.copy).then(function () {
      if (button.type === "submit") return;
      told(button, "Copié");
      button.focus();
      if (AT.announce) AT.announce("Numéro copié.");
    }).catch(function () {
      if (button.type !== "submit" && AT.announce) AT.announce("Copie impossible : sélectionnez le numéro.");
    });
  });

  function words(seconds) {
    var minutes = Math.floor(seconds / 60), rest = seconds % 60;
    if (!minutes) return rest + "\u00a0s";
    return minutes + "\u00a0min\u00a0" + (rest < 10 ? "0" : "") + rest + "\u00a0s";
  }
  function tick() {
    document.querySelectorAll("[data-elapsed]").forEach(function (node) {
      node.textContent = words(+node.dataset.elapsed + Math.floor((Date.now() - loaded) / 1000));
    });
  }

  document.addEventListener("htmx:afterSwap", function (event) { reveal(event.target); });
  document.addEventListener("DOMContentLoaded", function () {
    reveal(document);
    if (document.querySelector("[data-elapsed]")) window.setInterval(tick, 1000);
  });
})();
