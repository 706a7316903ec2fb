/** What the page says to its service worker. */

/** To one that waits, with a port: to replace the one before if no other page is open. It answers whether it does. */
export const TAKE_OVER = "take over";
