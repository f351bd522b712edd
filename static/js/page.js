// Petites choses de toutes les pages : horloge, distances, confirmations, filtres du fil, point de saisie.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var NB = "\u00a0";
  var loaded = Date.now();

  function duration(minutes) {
    var hours = Math.floor(minutes / 60), rest = minutes % 60;
    if (!hours) return rest + NB + "min";
    return hours + NB + "h" + (rest ? NB + (rest < 10 ? "0" : "") + rest : "");
  }
  function span(minutes) {
    if (minutes < 1440) return duration(minutes);
    var days = Math.floor(minutes / 1440);
    return days + NB + "jour" + (days > 1 ? "s" : "");
  }

  // Avant le début « dans… », dans la fenêtre « encore… » ; après, le serveur compte en minutes ouvrées.
  AT.distances = function () {
    var now = Date.now();
    document.querySelectorAll("[data-start]").forEach(function (node) {
      var start = Date.parse(node.dataset.start), end = node.dataset.end ? Date.parse(node.dataset.end) : null;
      var words = node.querySelector("span");
      if (!words) return;
      if (now < start) words.textContent = "dans " + span(Math.ceil((start - now) / 60000));
      else if (end !== null && now < end) words.textContent = "encore " + span(Math.ceil((end - now) / 60000));
    });
  };

  function tick() {
    var clock = document.querySelector("[data-clock]");
    if (clock) {
      var passed = Math.floor((Date.now() - loaded) / 1000);
      var match = /(\d\d):(\d\d)$/.exec(clock.dataset.at || (clock.dataset.at = clock.textContent));
      if (match) {
        var minutes = (+match[1]) * 60 + (+match[2]) + Math.floor((passed + offset) / 60);
        if (minutes < 1440) clock.textContent = clock.dataset.at.replace(/\d\d:\d\d$/, ("0" + Math.floor(minutes / 60)).slice(-2) + ":" + ("0" + (minutes % 60)).slice(-2));
      }
    }
    AT.distances();
  }
  var offset = new Date().getSeconds();

  document.addEventListener("change", function (event) {
    var kind = event.target.dataset && event.target.dataset.hides;
    if (!kind) return;
    document.querySelectorAll('[data-kind="' + kind + '"]').forEach(function (entry) { entry.hidden = !event.target.checked; });
    document.querySelectorAll(".at-tl-day").forEach(function (day) {
      var next = day.nextElementSibling, seen = false;
      while (next && !next.classList.contains("at-tl-day")) { if (!next.hidden) seen = true; next = next.nextElementSibling; }
      day.hidden = !seen;
    });
  });

  function toast(node) {
    var left = 8000, since = Date.now(), timer = window.setTimeout(remove, left);
    var close = node.querySelector("[data-toast-close]");
    function remove() { node.remove(); }
    function hold() { window.clearTimeout(timer); left -= Date.now() - since; }
    function go() { since = Date.now(); timer = window.setTimeout(remove, Math.max(left, 1500)); }
    node.addEventListener("pointerenter", hold); node.addEventListener("pointerleave", go);
    node.addEventListener("focusin", hold); node.addEventListener("focusout", go);
    if (close) { close.hidden = false; close.addEventListener("click", remove); }
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-toast]").forEach(toast);
    var focus = document.querySelector("main [data-focus], main [aria-invalid=true]");
    if (focus && !document.querySelector("main [autofocus]:not([aria-invalid])")) focus.focus();
    window.setInterval(tick, 30000);
  });
})();
