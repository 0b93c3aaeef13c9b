/** @jsxImportSource preact */
import { useArchive } from "../../archive-context.ts";
import { AnswerProblem } from "../../listing/answer-problem.tsx";
import { PagesState } from "../../listing/pages-state.tsx";
import { UnderWayList } from "../../listing/under-way-list.tsx";
import { useUnderWay } from "../../listing/under-way.ts";
import { placeOf } from "../../place.ts";
import { ViewHead } from "../../view-head.tsx";
import { useAnswer } from "./answer.ts";
import { Disk } from "./disk.tsx";
import { Health } from "./health.tsx";
import { ShareTable } from "./share-table.tsx";
import type { HealthAnswer, StorageAnswer } from "./storage-types.ts";

/** The view of the disk and the server: what takes the space, files under way, the server's health. */
export function StorageView() {
  const { data } = useArchive();
  return (
    <div class="view">
      <ViewHead heading={data.texts.frame.storage} />
      <div class="view-body rooms">
        <Storage />
        <UnderWay />
        <HealthSection />
      </div>
    </div>
  );
}

function Storage() {
  const { data } = useArchive();
  const texts = data.texts.storage;
  const storage = useAnswer<StorageAnswer>("site/storage", ({ at }) => at > 0);
  const { answer } = storage;
  return (
    <>
      <AnswerProblem {...storage} />
      {answer !== undefined && <Disk storage={answer} />}
      {answer !== undefined && answer.at > 0 && (
        <>
          <ShareTable
            heading={texts.byAlbum}
            nothing={texts.noAlbums}
            total={answer.originals}
            rows={answer.by_album.map(({ album_id: id, ...share }) => ({
              ...share,
              id,
              name: share.title || String(id),
              href: placeOf("photos", { album_id: String(id) }),
            }))}
          />
          <ShareTable
            heading={texts.byLink}
            nothing={texts.noLinks}
            total={answer.originals}
            rows={answer.by_token.map(({ token_id: id, ...share }) => ({
              ...share,
              id,
              name: id === 0 ? texts.byKeys : share.title || data.texts.links.untitled,
              href: id === 0 ? undefined : placeOf("photos", { token_id: String(id) }),
            }))}
          />
        </>
      )}
    </>
  );
}

function UnderWay() {
  const { data } = useArchive();
  const { underWay } = data.texts.lists;
  return (
    <section>
      <h2>{underWay}</h2>
      <PagesState pages={useUnderWay()} nothing={data.texts.storage.nothingUnderWay}>
        {(items) => <UnderWayList items={items} label={underWay} />}
      </PagesState>
    </section>
  );
}

function HealthSection() {
  const { data } = useArchive();
  const health = useAnswer<HealthAnswer>("site/health");
  return (
    <section>
      <h2>{data.texts.storage.health}</h2>
      <AnswerProblem {...health} />
      {health.answer !== undefined && <Health health={health.answer} />}
    </section>
  );
}
