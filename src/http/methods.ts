import { albumCreate } from "./album/create.ts";
import { albumDelete } from "./album/delete.ts";
import { albumList } from "./album/list.ts";
import { albumUpdate } from "./album/update.ts";
import type { Method } from "./define-method.ts";
import { deliveryList } from "./delivery/list.ts";
import { deliveryRetry } from "./delivery/retry.ts";
import { echo } from "./echo.ts";
import { keyCreate } from "./key/create.ts";
import { keyList } from "./key/list.ts";
import { keyRevoke } from "./key/revoke.ts";
import { getReplaceToken } from "./photo/get-replace-token.ts";
import { changeMany } from "./photo/change-many.ts";
import { cancelUploadMethod } from "./photo/cancel-upload.ts";
import { deletePhoto } from "./photo/delete.ts";
import { deleteUploadToken } from "./photo/delete-upload-token.ts";
import { getUploadToken } from "./photo/get-upload-token.ts";
import type { FileMethod } from "./photo/file-method.ts";
import { download } from "./photo/download.ts";
import { list } from "./photo/list.ts";
import { redeemReplaceToken } from "./photo/redeem-replace-token.ts";
import { redeemUploadToken } from "./photo/redeem-upload-token.ts";
import { replace } from "./photo/replace.ts";
import { upload } from "./photo/upload.ts";
import { restorePhoto } from "./photo/restore.ts";
import { updateUploadToken } from "./photo/update-upload-token.ts";
import { origin } from "./photo/origin.ts";
import { segments } from "./photo/segments.ts";
import { uploadTokenStatus } from "./photo/upload-token-status.ts";
import { update } from "./photo/update.ts";
import { siteGet } from "./site/get.ts";
import { siteHealth } from "./site/health.ts";
import { siteStorage } from "./site/storage.ts";
import { tagList } from "./tag/list.ts";
import { uploadTokenList } from "./upload-token/list.ts";
import { uploadTokenRevoke } from "./upload-token/revoke.ts";
import { uploadTokenUpdate } from "./upload-token/update.ts";
import { uploadTokenUploads } from "./upload-token/uploads.ts";
import { userTokens } from "./user/tokens.ts";

/** The declared methods of the API, in the order of the document. */
export const METHODS: readonly Method[] = [
  getUploadToken,
  updateUploadToken,
  deleteUploadToken,
  uploadTokenStatus,
  cancelUploadMethod,
  getReplaceToken,
  uploadTokenList,
  uploadTokenUpdate,
  uploadTokenRevoke,
  uploadTokenUploads,
  list,
  segments,
  origin,
  update,
  deletePhoto,
  restorePhoto,
  changeMany,
  download,
  albumCreate,
  albumList,
  albumUpdate,
  albumDelete,
  tagList,
  siteGet,
  siteStorage,
  siteHealth,
  deliveryList,
  deliveryRetry,
  keyList,
  keyCreate,
  keyRevoke,
  userTokens,
  echo,
];

/** Those that take a file. */
export const FILE_METHODS: readonly FileMethod[] = [
  redeemUploadToken,
  upload,
  redeemReplaceToken,
  replace,
];
