/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { MOST_COUNTED } from "../../../../api-limits.ts";
import { Notice } from "../../../kit/notice.tsx";
import { useArchive } from "../../archive-context.ts";
import { placeOf } from "../../place.ts";
import type { HealthAnswer } from "./storage-types.ts";

/** The server's health: its version and memory, and what waits to be done. */
export function Health({ health }: { health: HealthAnswer }) {
  const { data, locale } = useArchive();
  const texts = data.texts.storage;
  const count = (value: number) => `${locale.number(value)}${value >= MOST_COUNTED ? "+" : ""}`;
  return (
    <>
      <HealthWarnings health={health} />
      <dl class="figures">
        <Fact term={texts.version}>Redeem {health.version}</Fact>
        <Fact term={texts.startedAt}>{locale.moment(health.started_at * 1000)}</Fact>
        <Fact term={texts.memory}>{locale.size(health.memory)}</Fact>
        <Fact term={texts.uploadsUnderWay}>{count(health.uploads_under_way)}</Fact>
        <Fact term={texts.callbacksPending}>{count(health.deliveries_pending)}</Fact>
        <Fact term={texts.mediaWaiting}>{count(health.media_waiting)}</Fact>
        <Fact term={texts.hashesWaiting}>{count(health.hashes_waiting)}</Fact>
        <Fact term={texts.publicList}>{health.public_list_p ? texts.yes : texts.no}</Fact>
      </dl>
    </>
  );
}

function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Warnings of what the operator should act on. */
function HealthWarnings({ health }: { health: HealthAnswer }) {
  const { data, locale } = useArchive();
  const texts = data.texts.storage;
  const { deliveries_given_up: givenUp, disk_free: free, reserve, ffmpeg_p: hasFfmpeg } = health;
  return (
    <>
      {free <= reserve && <Notice kind="bad">{texts.diskFull}</Notice>}
      {givenUp > 0 && (
        <Notice kind="warning">
          <p>
            {locale.say(texts.callbacksGivenUp, { count: givenUp })}{" "}
            <a href={placeOf("callbacks", { state: "given-up" })}>{texts.look}</a>
          </p>
        </Notice>
      )}
      {!hasFfmpeg && <Notice kind="info">{texts.noFfmpeg}</Notice>}
    </>
  );
}
