// La boîte de réception se signale d’elle-même, sur toute page, en moins de dix secondes.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var EVERY = 8000;
  var seen = "";

  function link() { return document.querySelector("#menu a[data-inbox]"); }
  function shown() {
    var count = document.querySelector('[data-count="inbox"]');
    return count ? +count.firstChild.textContent : 0;
  }

  function draw(unread) {
    var count = document.querySelector('[data-count="inbox"]');
    if (!unread) { if (count) count.remove(); return; }
    if (!count) {
      count = document.createElement("span");
      count.className = "at-count at-count-new";
      count.dataset.count = "inbox";
      count.append("0", document.createElement("span"));
      count.lastChild.className = "visually-hidden";
      link().append(count);
    }
    count.firstChild.textContent = unread;
    count.lastChild.textContent = unread > 1 ? " non lus" : " non lu";
  }

  function ask() {
    if (document.hidden || !link()) return;
    fetch(link().dataset.inbox, {
      credentials: "same-origin",
      headers: { "HX-Request": "true", "X-AT-Poll": "1", "X-AT-Unread": seen },
    }).then(function (response) {
      if (response.status === 401) return AT.sessionClosed();
      if (response.status !== 200) return;
      return response.json().then(function (news) {
        var more = news.unread > shown();
        seen = news.seen;
        draw(news.unread);
        if (!more) return;
        AT.announce("Nouveau message : " + news.title + ".");
        if (AT.poll) AT.poll();
      });
    }).catch(function () { /* le réseau reviendra */ });
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (!link()) return;
    document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
    window.setInterval(ask, EVERY);
  });
})();
