/** Photos to a folder: few enough that any file system lists them at once. */
const PHOTOS_IN_A_TREE = 1000;

/** The folder, and the tree id, of a photo. */
export function treeOf(photoId: number): number {
  return Math.floor(photoId / PHOTOS_IN_A_TREE) + 1;
}
