// Limits of messages, for pages that need none of the cryptography. The same as in portal/crypto/message.py.

/** Code points of a message's text. */
export const TEXT_MAX = 1000;

/** The highest place in a conversation. */
export const NUMBER_MAX = 999;

/** Answers that one question allows. */
export const TICKETS = 3;
