// Every page of the house in Arabic, from right to left.
import { walk } from "./walk.mjs";

walk("ar");
