// Session fermée sur un poste partagé : on le dit, on garde la saisie, on propose de se reconnecter.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});

  AT.csrf = function () {
    try { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch (error) { return ""; }
  };

  AT.announce = function (sentence) {
    var region = document.getElementById("annonces");
    if (!region || !sentence) return;
    region.textContent = "";
    window.setTimeout(function () { region.textContent = sentence; }, 60);
  };

  AT.sessionClosed = function () {
    var dialog = document.getElementById("session-closed");
    if (!dialog || dialog.open) return;
    if (AT.saveDrafts) AT.saveDrafts();
    var link = dialog.querySelector("[data-session-login]");
    link.href = document.body.dataset.login + "?next=" + encodeURIComponent(location.pathname + location.search);
    sessionStorage.setItem("at-closed", "1");
    dialog.showModal();
  };

  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 401) AT.sessionClosed();
    else if (event.detail.elt && !event.detail.elt.hasAttribute("data-live-poll")) AT.announce("La demande n’a pas abouti. Réessayez.");
  });

  document.addEventListener("DOMContentLoaded", function () {
    var kept = document.querySelector("[data-kept]");
    if (kept && sessionStorage.getItem("at-closed") === "1") kept.hidden = false;
    if (document.body.dataset.user) sessionStorage.removeItem("at-closed");
  });
})();
