/** @jsxImportSource preact */
import { useArchive } from "../../archive-context.ts";
import { useClock } from "../../listing/clock.ts";
import { usePages } from "../../listing/pages.ts";
import { PagesState } from "../../listing/pages-state.tsx";
import { useRefresh } from "../../listing/refresh.ts";
import { goTo, place } from "../../place.ts";
import { ViewHead } from "../../view-head.tsx";
import { CallbackRow } from "./callback-row.tsx";
import { CALLBACK_STATES, type CallbackItem } from "./callback-types.ts";

/** The view of callbacks: those delivered, waiting, and given up, which can be made again. */
export function CallbacksView() {
  const { data } = useArchive();
  const texts = data.texts.callbacks;
  const state = place.value.params.get("state") ?? "";
  const now = useClock();
  const callbacks = usePages<CallbackItem>(
    "delivery/list",
    { state: state || undefined },
    (item) => item.delivery_id,
  );
  useRefresh(
    () => void callbacks.reload(),
    ({ kind }) => kind === "delivery",
  );
  return (
    <div class="view">
      <ViewHead heading={data.texts.frame.callbacks} />
      <div class="view-body rooms">
        <div class="filters">
          <StateFilter state={state} />
        </div>
        <PagesState
          pages={callbacks}
          icon="bell"
          nothing={state === "" ? texts.nothing : data.texts.lists.nothingFound}
        >
          {(items) => (
            <ul class="card-rows">
              {items.map((item) => (
                <CallbackRow
                  key={item.delivery_id}
                  item={item}
                  now={now}
                  onRetried={() => void callbacks.reload()}
                />
              ))}
            </ul>
          )}
        </PagesState>
      </div>
    </div>
  );
}

function choose(state: string): void {
  goTo("callbacks", state === "" ? {} : { state }, "replace");
}

function StateFilter({ state }: { state: string }) {
  const { data } = useArchive();
  return (
    <select
      aria-label={data.texts.lists.show}
      value={state}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      <option value="">{data.texts.lists.all}</option>
      {CALLBACK_STATES.map((one) => (
        <option key={one} value={one}>
          {data.texts.callbacks.states[one]}
        </option>
      ))}
    </select>
  );
}
