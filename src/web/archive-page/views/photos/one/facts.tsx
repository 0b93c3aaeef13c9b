/** @jsxImportSource preact */
import { usePhotos } from "../photos-context.ts";
import type { WholePhoto } from "../photo-types.ts";
import { AlbumsField } from "./albums-field.tsx";
import { FileFacts } from "./file-facts.tsx";
import { InterruptedFiles } from "./interrupted-files.tsx";
import { OriginFacts } from "./origin-facts.tsx";
import { PublishField } from "./publish-field.tsx";
import { ReplaceFile } from "./replace-file-button.tsx";
import { TagsField } from "./tags-field.tsx";
import { DescriptionField, TitleField } from "./text-fields.tsx";
import type { OneActions } from "./one-actions.ts";
import type { ShownPhoto } from "./whole-photo.ts";

/** The panel with all facts of a photo, in which those that can be changed are fields. */
export function Facts({
  photo,
  shown,
  actions,
}: {
  photo: WholePhoto;
  shown: ShownPhoto;
  actions: OneActions;
}) {
  const { mayChange, selection, texts } = usePhotos();
  const isInTrash = selection.state === "trash";
  const mayEdit = mayChange && !isInTrash;
  const props = { photo, actions, mayEdit };
  return (
    <>
      {isInTrash && <p class="one-text hint">{texts.inTrash}</p>}
      {mayEdit && <InterruptedFiles photo={photo} />}
      <TitleField {...props} />
      <DescriptionField {...props} />
      <TagsField {...props} />
      <AlbumsField {...props} />
      {!isInTrash && <PublishField {...props} />}
      <OriginFacts origin={shown.origin} />
      <FileFacts photo={photo} />
      {mayEdit && <ReplaceFile photo={photo} />}
    </>
  );
}
