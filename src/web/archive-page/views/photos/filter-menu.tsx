/** @jsxImportSource preact */
import { Field } from "../../../kit/field.tsx";
import { Menu } from "../../../kit/menu.tsx";
import { SORTINGS, STATES, TYPES, type PhotoSelection } from "./filter.ts";
import { useAlbums, useLinks, useTags } from "./choices.ts";
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
  const { texts, mayChange, selection } = usePhotos();
  const albums = useAlbums();
  const tags = useTags();
  const links = useLinks(mayChange);
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
      <Choice
        name="albumId"
        label={texts.album}
        options={[["", texts.anyAlbum], ...withChosen(albums, selection.albumId)]}
      />
      <Choice
        name="tag"
        label={texts.tag}
        options={[["", texts.anyTag], ...withChosen(tags, selection.tag)]}
      />
      {links !== undefined && (
        <Choice
          name="tokenId"
          label={texts.link}
          options={[["", texts.anyLink], ...withChosen(links, selection.tokenId)]}
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

/** Adds what is chosen to the options if it is not among them: those are a hundred at most, and the address may name any other. */
function withChosen(options: readonly [string, string][], chosen: string): [string, string][] {
  const isThere = chosen === "" || options.some(([value]) => value === chosen);
  return isThere ? [...options] : [[chosen, chosen], ...options];
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
