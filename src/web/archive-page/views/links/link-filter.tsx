/** @jsxImportSource preact */
import { useArchive } from "../../archive-context.ts";
import { goTo, place } from "../../place.ts";
import { LINK_STATES } from "./link-types.ts";

/** Which links are shown, as the page's address says it. Empty strings: all. */
export function readLinkFilter(): { search: string; state: string; tokenId: string } {
  const { params } = place.value;
  return {
    search: params.get("search") ?? "",
    state: params.get("state") ?? "",
    tokenId: params.get("token_id") ?? "",
  };
}

function change(set: Record<string, string>): void {
  const { search, state } = readLinkFilter();
  const wanted = Object.entries({ search, state, ...set }).filter(([, value]) => value !== "");
  goTo("links", Object.fromEntries(wanted), "replace");
}

/** A field to search links by words, and a choice of states (open, used up, and so on). */
export function LinkFilter() {
  const { data } = useArchive();
  const texts = data.texts.links;
  const { search, state } = readLinkFilter();
  return (
    <div class="filters" role="search">
      <input
        type="search"
        aria-label={texts.search}
        placeholder={texts.search}
        value={search}
        onInput={(event) => change({ search: event.currentTarget.value })}
      />
      <select
        aria-label={data.texts.lists.show}
        value={state}
        onChange={(event) => change({ state: event.currentTarget.value })}
      >
        <option value="">{data.texts.lists.all}</option>
        {LINK_STATES.map((one) => (
          <option key={one} value={one}>
            {texts.states[one]}
          </option>
        ))}
      </select>
    </div>
  );
}
