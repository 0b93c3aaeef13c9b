/** @jsxImportSource preact */
/** Strokes on a field of 24 by 24. */
const STROKES = {
  file: "M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9zM13 3v6h6",
  folder: "M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 7v6M12 16.8v.2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  upload: "M12 15V4M7.5 8.5L12 4l4.5 4.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3",
  download: "M12 4v11M7.5 10.5L12 15l4.5-4.5M4 16v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16 16l4.5 4.5",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  restore: "M4 4v5h5M4.6 9A8 8 0 1 1 4 13",
  edit: "M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3",
  tag: "M4 4h7l9 9-7 7-9-9zM8 8v.2",
  album: "M4 7h16v12H4zM7 4h10M8 15l3-3 2 2 2-2 3 3",
  albumOut: "M4 7h16v12H4zM7 4h10M9 13h6",
  filter: "M4 7h16M7 12h10M10 17h4",
  info: "M12 11v6M12 7.2v.2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z",
  zoom: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16 16l4.5 4.5M11 8v6M8 11h6",
  replace: "M4 9a8 8 0 0 1 14-3l2 2M20 4v4h-4M20 15a8 8 0 0 1-14 3l-2-2M4 20v-4h4",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  key: "M8 11a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM11 12l8-8M16 7l3 3",
  eye: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z",
  hidden:
    "M4 4l16 16M9.5 5.9A10 10 0 0 1 12 5.5c6.5 0 10 6.5 10 6.5a17 17 0 0 1-3 3.7M6 7.5A16 16 0 0 0 2 12s3.5 6.5 10 6.5a10 10 0 0 0 4-.8",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 7.5V12l3 2",
  share: "M12 14V3M8 6.5L12 3l4 3.5M6 10H5v11h14V10h-1",
  more: "M5 11.3a.7.7 0 1 0 0 1.4a.7.7 0 0 0 0-1.4zM12 11.3a.7.7 0 1 0 0 1.4a.7.7 0 0 0 0-1.4zM19 11.3a.7.7 0 1 0 0 1.4a.7.7 0 0 0 0-1.4z",
  left: "M14.5 5l-7 7 7 7",
  right: "M9.5 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  plus: "M12 5v14M5 12h14",
  video: "M3 6h12v12H3zM15 10l6-3.5v11L15 14",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9v.2",
  storage:
    "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3v12c0 1.7-3.6 3-8 3s-8-1.3-8-3zM4 6c0 1.7 3.6 3 8 3s8-1.3 8-3M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
  leave: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
} as const;

export type IconName = keyof typeof STROKES;

/** Decoration only: what it means is always said in words as well. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={STROKES[name]} />
    </svg>
  );
}
