/** @jsxImportSource preact */
import { Combobox } from "../../../kit/combobox.tsx";
import { Field } from "../../../kit/field.tsx";
import type { FindOptions } from "../../../kit/found-options.ts";
import { Menu } from "../../../kit/menu.tsx";
import { albumFinder, linkFinder, tagFinder } from "../../find-choices.ts";
import { SORTINGS, STATES, TYPES, type PhotoSelection } from "./filter.ts";
import { useAlbumName, useLinkName } from "./choices.ts";
import { PeriodFields } from "./period-fields.tsx";
import { usePhotos } from "./photos-context.ts";

/** A menu with all filters, and the order of the photos. */
export function FilterMenu() {
  const { texts } = usePhotos();
  return (
    <Menu icon="filter" label={texts.filter}>
      {() => <FilterForm />}
    </Menu>
  );
}

function FilterForm() {
  const { api, texts, locale, mayChange, selection } = usePhotos();
  const album = useAlbumName(selection.albumId);
  const link = useLinkName(mayChange ? selection.tokenId : "");
  const states = STATES.filter((state) => state !== "trash" || mayChange);
  return (
    <div class="filter-form">
      <Choice
        name="state"
        label={texts.state}
        options={states.map((state) => [state, texts.states[state || "all"]])}
      />
      <Choice
        name="type"
        label={texts.type}
        options={TYPES.map((type) => [type, texts.types[type || "all"]])}
      />
      <PeriodFields />
      <Found
        name="albumId"
        label={texts.album}
        any={texts.anyAlbum}
        shown={album}
        find={albumFinder(api, locale)}
      />
      <Found
        name="tag"
        label={texts.tag}
        any={texts.anyTag}
        shown={selection.tag}
        find={tagFinder(api, locale)}
      />
      {mayChange && (
        <Found
          name="tokenId"
          label={texts.link}
          any={texts.anyLink}
          shown={link}
          find={linkFinder(api)}
        />
      )}
      <Choice
        name="order"
        label={texts.order}
        options={SORTINGS.map((order) => [order, texts.orders[order]])}
      />
    </div>
  );
}

/** One of more than fit into a list: it is found by writing. @param shown what the chosen one is called, once that is known */
function Found({
  name,
  label,
  any,
  shown,
  find,
}: {
  name: "albumId" | "tag" | "tokenId";
  label: string;
  any: string;
  shown: string | undefined;
  find: FindOptions;
}) {
  const { texts, selection, select } = usePhotos();
  const value = selection[name];
  return (
    <Field label={label}>
      {(ids) => (
        <Combobox
          {...ids}
          label={label}
          value={value}
          shown={value === "" ? any : (shown ?? value)}
          fixed={[{ value: "", label: any }]}
          find={find}
          nothing={texts.nothingFound}
          onChoose={(chosen) => select({ [name]: chosen })}
        />
      )}
    </Field>
  );
}

function Choice({
  name,
  label,
  options,
}: {
  name: keyof PhotoSelection;
  label: string;
  options: readonly [value: string, label: string][];
}) {
  const { selection, select } = usePhotos();
  return (
    <Field label={label}>
      {({ id }) => (
        <select
          id={id}
          value={selection[name]}
          onChange={({ currentTarget: { value } }) => select({ [name]: value })}
        >
          {options.map(([value, words]) => (
            <option key={value} value={value} selected={value === selection[name]}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
