// Every page of the house in Spanish.
import { walk } from "./walk.mjs";

walk("es");
