const PATIENCE_MS = 5_000;
/** Pixels of the shorter side. */
const EDGE = 144;
/** Seconds: many videos begin in the dark. */
const MOMENT = 0.5;

/** A frame of a video's beginning as a square; undefined where the browser cannot play it. */
export async function frameOf(file: Blob): Promise<Blob | undefined> {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  try {
    const seen = seek(video);
    video.src = address;
    return (await seen) ? await draw(video) : undefined;
  } finally {
    // Gives back the decoder, of which a phone has few.
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

/** Resolves when there is a frame to be drawn: true. False if it cannot be had, or not in time. */
function seek(video: HTMLVideoElement): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const end = (found: boolean) => {
      clearTimeout(timer);
      resolve(found);
    };
    video.addEventListener("error", () => end(false));
    video.addEventListener("seeked", () => end(true));
    video.addEventListener("loadeddata", () => {
      video.currentTime = Math.min(MOMENT, (video.duration || 0) / 2);
    });
  });
}

function draw(video: HTMLVideoElement): Promise<Blob | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = EDGE;
  canvas.height = EDGE;
  const scale = EDGE / Math.min(video.videoWidth, video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  canvas.getContext("2d")?.drawImage(video, (EDGE - width) / 2, (EDGE - height) / 2, width, height);
  return new Promise((resolve) =>
    canvas.toBlob((blob) => resolve(blob ?? undefined), "image/webp", 0.8),
  );
}
