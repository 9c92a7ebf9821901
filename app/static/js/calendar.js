// The calendar layout: rows by their date, read for the weeks in view.
(() => {
  "use strict";
  const { settings, text, mount, element, vendor, request, toast } = window.kehu;

  // The library writes its style sheet from its script, with an icon font inside that the security
  // policy refuses. It uses the element it finds here; the font stays out, and no icon needs it.
  const keepFontOut = () => {
    if (document.querySelector("style[data-fullcalendar]")) return;
    const own = document.querySelector("link[href*='/css/tokens.css']");
    document.head.insertBefore(element("style", { "data-fullcalendar": true }), own);
    const { sheet } = document.querySelector("style[data-fullcalendar]");
    const insert = sheet.insertRule.bind(sheet);
    sheet.insertRule = (rule) => (rule.startsWith("@font-face") ? 0 : insert(rule, sheet.cssRules.length));
  };

  mount("[data-calendar]", async (place) => {
    keepFontOut();
    await vendor("calendar");
    const small = window.matchMedia("(max-width: 767.98px)").matches;
    const calendar = new window.FullCalendar.Calendar(place, {
      locale: settings.locale.startsWith("zh") ? "zh-cn" : "en",
      firstDay: 1,
      initialView: small ? "listMonth" : "dayGridMonth",
      headerToolbar: { left: "prev,today,next", center: "title", right: "dayGridMonth,timeGridWeek,listMonth" },
      buttonIcons: false,
      buttonText: { prev: "‹", next: "›", today: text("today"), month: text("month"), week: text("week"), list: text("agenda") },
      noEventsContent: text("no_data"),
      timeHint: text("time"),
      eventHint: text("entry"),
      height: small ? "auto" : "100%",
      dayMaxEvents: small ? 4 : true,
      eventDisplay: "block",
      moreLinkDidMount: ({ el }) => el.setAttribute("role", "button"),
      eventDidMount: ({ el, event }) => { if (event.extendedProps.tint) el.style.setProperty("--tint", event.extendedProps.tint); },
      events: async ({ startStr, endStr }) => {
        const url = new URL(place.dataset.calendar, window.location.href);
        url.searchParams.set("start", startStr.slice(0, 10));
        url.searchParams.set("end", endStr.slice(0, 10));
        try {
          const rows = await request(url);
          return rows.map(({ color, ...row }) => ({ ...row, extendedProps: { tint: color } }));
        } catch (problem) {
          toast(problem.message, "danger");
          return [];
        }
      },
    });
    calendar.render();
  });
})();
