// Charts from the server's figures, in the colours of the page; a click opens the rows behind a figure.
(() => {
  "use strict";
  const { settings, text, mount, element, vendor, request } = window.kehu;
  const LIGHT = ["#0d766e", "#4a7fc1", "#c98a2b", "#8662a8", "#5f9a52", "#c25b6a", "#4d8fa3", "#8a7a5c"];
  const DARK = ["#45bfb2", "#7ba9e6", "#e3b25c", "#b393d3", "#8cc47e", "#e58793", "#7dbdd0", "#b8a888"];
  const LANGUAGE = settings.locale.startsWith("zh") ? "zh-CN" : "en";
  const shown = new Map();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
  const money = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(LANGUAGE, { notation: "compact", maximumFractionDigits: 1 });

  const look = () => {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    return { colors: dark ? DARK : LIGHT, text: token("--k-text"), muted: token("--k-muted"), line: token("--k-line"), surface: token("--k-surface"), accent: token("--k-accent"), onAccent: token("--k-on-accent") };
  };
  const written = (value, unit) => (value === null || value === undefined ? "—" : unit === "money" ? money.format(value) : `${number.format(value)}${unit ? ` ${unit}` : ""}`);
  const base = (data, style) => ({
    color: style.colors,
    animationDuration: 300,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: style.text },
    aria: { enabled: true },
    tooltip: {
      trigger: ["pie", "funnel"].includes(data.kind) ? "item" : "axis",
      axisPointer: { type: data.kind === "bar" ? "shadow" : "line", shadowStyle: { color: style.line, opacity: 0.4 } },
      backgroundColor: style.surface,
      borderColor: style.line,
      padding: [8, 12],
      textStyle: { color: style.text, fontSize: 12.5 },
      valueFormatter: (value) => written(value, data.unit),
      confine: true,
    },
    legend: data.series.length > 1 ? { top: 0, icon: "circle", itemWidth: 8, itemHeight: 8, textStyle: { color: style.muted } } : undefined,
  });

  // A dozen labels all stand, broken into lines or aslant; of more, and of months on a phone, the
  // ones that fit.
  const labelling = (data, style, width) => {
    const room = (width - 70) / data.labels.length - 8;
    if (data.labels.length <= 12 && data.kind === "bar" && room < 24) return { color: style.muted, interval: 0, rotate: 45, overflow: "truncate", width: 72 };
    return data.labels.length <= 12 && (data.kind !== "line" || room >= 44)
      ? { color: style.muted, interval: 0, overflow: "break", width: Math.max(36, room), lineHeight: 15 }
      : { color: style.muted, hideOverlap: true, overflow: "truncate", width: 90 };
  };

  const axes = (data, style, width) => ({
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 36 : 20, bottom: 6, containLabel: true },
    xAxis: {
      type: "category",
      data: data.labels,
      axisLabel: labelling(data, style, width),
      axisLine: { lineStyle: { color: style.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      max: data.most,
      name: data.unit === "money" ? undefined : data.unit,
      nameTextStyle: { color: style.muted, align: "right" },
      axisLabel: { color: style.muted, formatter: (value) => short.format(value) },
      splitLine: { lineStyle: { color: style.line } },
    },
    series: data.series.map(({ name, data: values, marks, dashed }) => ({
      name,
      // A mark is the colour token of one point, such as "danger".
      data: values.map((value, index) => (marks?.[index] ? { value, itemStyle: { color: token(`--k-${marks[index]}`) } } : value)),
      type: data.kind,
      barMaxWidth: 72,
      barCategoryGap: "42%",
      stack: data.kind === "bar" && !data.beside ? "all" : undefined,
      itemStyle: { borderRadius: data.series.length > 1 ? 0 : [4, 4, 0, 0], color: dashed ? style.muted : undefined },
      smooth: 0.25,
      symbol: dashed ? "none" : "circle", // a lone point is seen, too
      symbolSize: 7,
      lineStyle: dashed ? { type: "dashed", width: 1.5, color: style.muted } : undefined,
      areaStyle: data.kind === "line" && !dashed ? { opacity: 0.1 } : undefined,
      label: { show: data.kind === "bar" && data.series.length === 1 && values.length <= 12, position: "top", color: style.muted, formatter: ({ value }) => short.format(value) },
    })),
  });

  const slices = (data) => data.labels.map((name, index) => ({ name, value: data.series[0].data[index] }));
  const share = (data, name) => {
    const values = data.series[0].data;
    const all = values.reduce((sum, value) => sum + value, 0);
    return all ? ((100 * values[data.labels.indexOf(name)]) / all).toFixed(1) : "0";
  };
  const pie = (data, style) => ({
    legend: {
      type: "scroll", orient: "vertical", left: "62%", top: "middle", icon: "circle", itemWidth: 8, itemHeight: 8, itemGap: 12,
      textStyle: { color: style.text, rich: { share: { color: style.muted, padding: [0, 0, 0, 8] } } },
      formatter: (name) => `${name}{share|${share(data, name)}%}`,
    },
    series: [{
      type: "pie", radius: ["52%", "82%"], center: ["32%", "50%"], data: slices(data), padAngle: 1.5,
      itemStyle: { borderRadius: 4 }, label: { show: false },
    }],
  });
  const mix = (front, back, strength) => {
    const [a, b] = [front, back].map((color) => [1, 3, 5].map((place) => parseInt(color.slice(place, place + 2), 16)));
    return `rgb(${a.map((part, index) => Math.round(part * strength + b[index] * (1 - strength))).join(",")})`;
  };
  // One hue for a funnel: its steps are one quantity that gets smaller.
  const funnel = (data, style) => ({
    series: [{
      type: "funnel", sort: "none", left: 16, right: 16, top: 12, bottom: 12, gap: 3, minSize: "18%",
      data: slices(data).map((slice, index, all) => {
        const strength = 1 - (0.7 * index) / Math.max(all.length - 1, 1);
        return { ...slice, itemStyle: { color: mix(style.accent, style.surface, strength), borderWidth: 0 }, label: { color: strength > 0.65 ? style.onAccent : style.text } };
      }),
      label: { position: "inside", formatter: ({ name, value }) => `${name}  ${written(value, data.unit)}` },
    }],
  });

  const option = (data, width) => {
    const style = look();
    const shape = { pie, funnel }[data.kind] || axes;
    return { ...base(data, style), ...shape(data, style, width) };
  };

  mount("[data-chart]", async (place) => {
    try {
      const [data] = await Promise.all([request(place.dataset.chart), vendor("echarts")]);
      if (!data.labels.length) return place.replaceChildren(element("div", { class: "chart-note" }, text("no_data")));
      const chart = window.echarts.init(place, null, { renderer: "svg", locale: settings.locale.startsWith("zh") ? "ZH" : "EN" });
      chart.setOption(option(data, place.clientWidth));
      chart.on("click", ({ dataIndex }) => {
        const url = data.urls?.[dataIndex];
        if (url) window.location.assign(url);
      });
      if (data.urls?.length) chart.getZr().setCursorStyle("pointer");
      new ResizeObserver(() => chart.resize()).observe(place);
      shown.set(place, { chart, data });
    } catch (problem) {
      place.replaceChildren(element("div", { class: "chart-note" }, problem.message));
    }
  });

  const repaint = () => {
    for (const [place, { chart, data }] of shown) {
      if (place.isConnected) chart.setOption(option(data, place.clientWidth), true);
      else { chart.dispose(); shown.delete(place); }
    }
  };
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
