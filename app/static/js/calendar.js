// The calendar layout: rows by their date, read for the weeks in view.
(() => {
  "use strict";
  const { settings, text, mount, vendor, request, toast } = window.kehu;

  mount("[data-calendar]", async (place) => {
    await vendor("calendar");
    const small = window.matchMedia("(max-width: 767.98px)").matches;
    const calendar = new window.FullCalendar.Calendar(place, {
      locale: settings.locale === "zh" ? "zh-cn" : "en",
      firstDay: 1,
      initialView: small ? "listMonth" : "dayGridMonth",
      headerToolbar: { left: "prev,today,next", center: "title", right: "dayGridMonth,timeGridWeek,listMonth" },
      buttonText: { today: text("today"), month: text("month"), week: text("week"), list: text("agenda") },
      noEventsContent: text("no_data"),
      height: small ? "auto" : "100%",
      dayMaxEvents: 4,
      eventDisplay: "block",
      events: async ({ startStr, endStr }) => {
        const url = new URL(place.dataset.calendar, window.location.href);
        url.searchParams.set("start", startStr.slice(0, 10));
        url.searchParams.set("end", endStr.slice(0, 10));
        try {
          const rows = await request(url);
          return rows.map(({ color, ...row }) => ({ ...row, classNames: color ? [`c-${color}`] : [] }));
        } catch (problem) {
          toast(problem.message, "danger");
          return [];
        }
      },
    });
    calendar.render();
  });
})();
