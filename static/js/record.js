// Noter un appel : le nouveau client n’est demandé que s’il est choisi, l’heure du contact est celle du premier geste.
(function () {
  "use strict";
  function sync() {
    var block = document.querySelector("[data-new]");
    var picked = document.querySelector("input[name=client]:checked");
    if (block) block.toggleAttribute("data-off", !(picked && picked.value === "new"));
  }
  function look() { if (window.htmx) window.htmx.trigger("#id_who", "find"); }
  document.addEventListener("change", function (event) {
    if (event.target.name !== "client") return;
    sync();
    if (event.target.value === "new") document.getElementById("id_new_name").focus();
  });
  document.addEventListener("htmx:afterSwap", sync);
  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector(".at-record"), started = form.querySelector("[name=started]"), begun = false;
    form.addEventListener("input", function () {
      if (!begun) { begun = true; started.value = new Date().toISOString(); }
    });
    form.addEventListener("at:restored", look);
    // Entrée dans le champ « Client » cherche d’abord ; le bouton note l’appel.
    form.addEventListener("submit", function (event) {
      if (!event.submitter || !event.submitter.hasAttribute("data-find") || !window.htmx) return;
      event.preventDefault();
      look();
    });
    // Tapé pendant que la page se chargeait.
    if (document.getElementById("id_who").value && !document.querySelector("#candidates fieldset")) look();
    sync();
  });
})();
