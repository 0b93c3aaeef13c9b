import type { Translated } from "./message.ts";

/**
 * The English texts, of which all others are translations (the type of those checks that none is missing). A part of it for
 * each page: what a page says in the browser is sent with it.
 */
export const en = {
  /** On several pages. */
  common: {
    close: "Close",
    cancel: "Cancel",
    undo: "Undo",
    copy: "Copy",
    copied: "Copied",
    tryNow: "Try now",
    noAnswer: "The server does not answer.",
  },
  /** On the page at `/`. */
  front: {
    what: "This server receives files from people who were sent an upload link. If you have one, open it.",
    developers: "For developers: {link}.",
    documentation: "the documentation of the API",
    collect: "For whoever collects: {link}.",
    archive: "the archive",
  },
  /** On the upload page. */
  upload: {
    title: "Upload",
    usedHeading: "This upload link has already been used.",
    usedSentence: "Everything it was meant for has been sent.",
    expiredHeading: "This upload link has expired.",
    expiredSentence: "Ask for a new one where you got it.",
    invalidHeading: "This upload link is not valid.",
    invalidSentence: "Check that the address is complete.",
  },
  /** On the pages that somebody sees who is not signed in at `/archive`. Between backticks: what is typed at a terminal. */
  signIn: {
    title: "Sign in",
    key: "API key",
    button: "Sign in",
    noKeyHeading: "No key at hand?",
    noKey:
      "On the machine that this server runs on, `redeem open` prints a link that signs in, and `redeem key create` makes an API key.",
    openSentence: "This link signs you in, once.",
    goOn: "To the archive",
    notices: {
      noKey: "Type an API key.",
      wrongKey: "This API key is not valid.",
      noUse: "This API key may not see the archive.",
      tooMany:
        "Too many wrong keys were tried. Wait a little, or sign in by a link: `redeem open` prints one.",
      foreignPage:
        "This did not come from a page of this server. Behind a proxy, REDEEM_PUBLIC_URL has to be the address that you see.",
      signedOut: "You are signed out.",
      linkUsed: "This link has been used: each signs in once. `redeem open` prints another one.",
      linkExpired:
        "This link is too old: each works for 15 minutes. `redeem open` prints another one.",
      linkUnknown: "This link is not valid. `redeem open` prints another one.",
    },
  },
  /** On the archive page. */
  archive: {
    title: "Archive",
    /** The frame around all views. */
    frame: {
      photos: "Photos",
      links: "Links",
      callbacks: "Callbacks",
      keys: "Keys",
      storage: "Storage",
      account: "Account",
      signOut: "Sign out",
      signOutEverywhere: "Sign out everywhere",
      signIn: "Sign in",
      signedOut: "You are signed out.",
      connectionLost: "The server cannot be reached. The page goes on by itself when it is back.",
      levels: {
        read: "You can look at everything",
        write: "You can look, change and delete",
        admin: "You manage this archive",
        super: "You are the operator",
      },
    },
    /** On the view of photos. */
    photos: {
      heading: "Photos",
      loading: "Loading",
      time: "Time",
      count: {
        one: "{count} photo",
        other: "{count} photos",
      },
      search: "Search",
      clearSearch: "Clear the search",
      filter: "Filter and order",
      takeAway: "Remove {name}",
      showAll: "Show everything",
      state: "Which",
      states: {
        all: "All but the trash",
        published: "Published",
        unpublished: "Not published",
        trash: "Trash",
      },
      type: "Kind",
      types: {
        all: "Photos and videos",
        pictures: "Photos",
        videos: "Videos",
        audio: "Audio",
      },
      album: "Album",
      anyAlbum: "Any album",
      tag: "Tag",
      anyTag: "Any tag",
      link: "Link",
      anyLink: "Any link",
      order: "Order",
      orders: {
        newest: "Newest first",
        oldest: "Oldest first",
        takenLast: "By date taken, newest first",
        takenFirst: "By date taken, oldest first",
        titleUp: "By title, A to Z",
        titleDown: "By title, Z to A",
      },
      nothingYet: "Nothing has arrived yet",
      nothingYetSentence:
        "Make a link and send it to somebody who has photos for you. What they send appears here.",
      makeLink: "Make a link",
      nothingFound: "Nothing found",
      nothingFoundSentence: "There are no photos for which all of this is true.",
      trashEmpty: "The trash is empty",
      trashEmptySentence: "What is deleted stays here for a while, and can be restored.",
      video: "video",
      audioFile: "audio",
      notPublished: "not published",
      mark: "Select {name}",
      markDay: "Select {day}",
      unmark: "Clear the selection",
      markedCount: {
        one: "{count} selected",
        other: "{count} selected",
      },
      asking: "Selecting … {count}",
      download: "Download",
      downloading: {
        one: "Downloading one file.",
        other: "Downloading {count} files as one ZIP.",
      },
      tooMany: "A ZIP holds 10,000 files at most. Select fewer.",
      addTags: "Add a tag",
      addToAlbum: "Add to album",
      takeOutOfAlbum: "Take out of album",
      publish: "Publish",
      unpublish: "Unpublish",
      delete: "Delete",
      restore: "Restore",
      changing: "Changing the photos",
      deleted: {
        one: "Moved to the trash.",
        other: "{count} photos moved to the trash.",
      },
      restored: {
        one: "Restored.",
        other: "{count} photos restored.",
      },
      undone: {
        one: "Undone.",
        other: "Undone for {count} photos.",
      },
      nowPublished: {
        one: "Published.",
        other: "{count} photos published.",
      },
      nowUnpublished: {
        one: "No longer published.",
        other: "{count} photos no longer published.",
      },
      tagged: {
        one: "Tag added.",
        other: "Tag added to {count} photos.",
      },
      addedToAlbum: {
        one: "Added to “{title}”.",
        other: "{count} photos added to “{title}”.",
      },
      removedFromAlbum: {
        one: "Taken out of the album.",
        other: "{count} photos taken out of the album.",
      },
      notChanged: {
        one: "One photo could not be changed",
        other: "{count} photos could not be changed",
      },
      andMore: {
        one: "And one more.",
        other: "And {count} more.",
      },
      tagMany: {
        one: "Tag one photo",
        other: "Tag {count} photos",
      },
      albumMany: {
        one: "Add one photo to an album",
        other: "Add {count} photos to an album",
      },
      findAlbum: "Find an album, or name a new one",
      newAlbum: "New album “{title}”",
      backToAll: "Back to all photos",
      placeOf: "{place} of {count}",
      previous: "Previous photo",
      next: "Next photo",
      facts: "Details",
      zoom: "Full size",
      fit: "Fit to the window",
      copyLink: "Copy link",
      destroy: "Delete for good",
      destroySentence: "“{name}” is removed with its file. Nothing brings it back.",
      destroyed: "Deleted for good.",
      inTrash: "In the trash. Restore it to see it.",
      beingMade: "A preview is being made.",
      noPreview: "There is no preview of this file.",
      notPlayed: "This browser cannot play this file. Download it to see it.",
      title: "Title",
      description: "Description",
      descriptionMarkup: "This description has formatting and is edited as HTML.",
      tags: "Tags",
      albums: "Albums",
      isPublished: "Published",
      publishedAt: "It will be published on {moment}.",
      byLink: "By the link",
      from: "From {name}",
      taken: "Taken",
      arrived: "Arrived",
      camera: "Camera",
      file: "File",
      size: "Size",
      dimensions: "Dimensions",
      length: "Length",
      place: "Place",
      placeKnown: "The file says where it was taken",
      replace: "Replace the file",
      replacing: "Sending the new file",
      replaced: "The file was replaced.",
    },
  },
} as const;

/** All texts of a language. */
export type Texts = Translated<typeof en>;
