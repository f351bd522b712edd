// « / » chercher, j k se déplacer, p e n sur un dossier, a r f d sur une escalade, ? la liste. Hors des champs ; se coupe dans « Mon compte ».
(function () {
  "use strict";
  function typing(node) { return node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName)); }
  function lines() {
    return Array.prototype.filter.call(document.querySelectorAll("[data-line]"), function (line) { return line.offsetParent !== null; });
  }
  function handle(line) { return line.querySelector(".at-line-title") || line.querySelector("a, button"); }
  function move(step) {
    var all = lines();
    if (!all.length) return;
    var here = all.findIndex(function (line) { return line.contains(document.activeElement); });
    var next = here === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    var target = handle(all[next]);
    if (target) { target.focus(); target.scrollIntoView({ block: "nearest" }); }
  }
  function click(selector) {
    var node = document.querySelector(selector);
    if (node) node.click();
    return !!node;
  }
  document.addEventListener("keydown", function (event) {
    if (!document.body.hasAttribute("data-shortcuts")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    var used = true;
    if (event.key === "/") { var q = document.getElementById("q"); if (q) { q.focus(); q.select(); } else used = false; }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (/^[penardf]$/.test(event.key)) used = click('[data-key="' + event.key + '"]');
    else if (event.key === "?") document.getElementById("keyboard").showModal();
    else used = false;
    if (used) event.preventDefault();
  });
})();
