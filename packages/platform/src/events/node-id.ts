/** How ids of nodes are written, in foreign text. Whose word it is that this is a node is the text's; whether there is one is the estate's to say. */
export const nodeId = /^[a-z][a-z0-9-]{1,30}:[A-Z][\w.-]{1,60}\/[^\s]{1,500}$/;
