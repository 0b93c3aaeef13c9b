import type { Method } from "./define-method.ts";
import { echo } from "./echo.ts";
import { getUploadToken } from "./photo/get-upload-token.ts";
import { list } from "./photo/list.ts";
import { siteGet } from "./site/get.ts";
import { userTokens } from "./user/tokens.ts";

/** The declared methods of the API, in the order of the document. */
export const METHODS: readonly Method[] = [getUploadToken, list, siteGet, userTokens, echo];
