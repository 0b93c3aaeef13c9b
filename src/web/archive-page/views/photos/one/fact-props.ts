import type { WholePhoto } from "../photo-types.ts";
import type { OneActions } from "./one-actions.ts";

/** What each field of a photo's facts is given. `mayEdit`: the field is a form; otherwise it is read only. */
export type FactProps = { photo: WholePhoto; actions: OneActions; mayEdit: boolean };
