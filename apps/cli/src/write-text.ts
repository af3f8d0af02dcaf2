// Writes a text file whole or not at all.

import { replaceFile } from "@verisim/core";

export async function writeText(path: string, text: string): Promise<void> {
  await replaceFile(path, async (file) => {
    await file.writeFile(text.endsWith("\n") ? text : `${text}\n`);
  });
}
