/** What Python writes into a network's own file; the other half is visualization/takeaway.py. */
import { asFields, asList, asText, ContractError } from "../checks";
import { parseSceneData, type SceneData, type SceneImage } from "../contract";

export interface StandaloneData {
  readonly scene: SceneData;
  /** Pictures to choose from, in the form of the scene's own; the first is that one. */
  readonly pictures: readonly SceneImage[];
}

/** Check what the file carries. Raises ContractError with the field's path, the expectation and what came. */
export function parseStandalone(value: unknown): StandaloneData {
  const fields = asFields(value, "standalone data");
  const scene = parseSceneData(fields.scene);
  const pictures = asList(fields.pictures, "pictures").map((picture, index) => {
    const { caption } = asFields(picture, `pictures[${index}]`);
    asText(caption, `pictures[${index}].caption`);
    return parseSceneData({ ...asFields(fields.scene, "scene"), image: picture }).image;
  });
  if (pictures.length === 0) throw new ContractError("pictures", "at least one", pictures);
  return { scene, pictures };
}
