import type { asset } from "@pulumi/pulumi";

/** The texts in an archive of texts, by file name, as a function's code is. */
export async function textsIn(archive: asset.AssetArchive): Promise<Record<string, string>> {
  const files = Object.entries(await archive.assets);
  const texts = files.map(
    async ([name, file]) => [name, await (file as asset.StringAsset).text] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}
