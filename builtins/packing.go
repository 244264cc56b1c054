package builtins

// compression is the part of seqvm that has the functions of the words below (package builtins/compression).
const compression = "compression"

// compressionWords: chapter 6, section 11. Packed data is base64; unpacked data
// is bytes, at most SEQ_UNPACK_MAX of them.
var compressionWords = []Word{
	{Name: "compress.gzip", Effect: "( ..a String -- ..a String Bool )", Doc: "Packs a string by gzip, in base64.", Flag: "whether the string was packed", Part: compression},
	{Name: "compress.gzip-level", Effect: "( ..a String Int -- ..a String Bool )", Doc: "Packs a string by gzip of a level from 1 to 9, in base64.", Flag: "whether there is such a level", Part: compression},
	{Name: "compress.gunzip", Effect: "( ..a String -- ..a String Bool )", Doc: "Unpacks gzip data in base64; false if anything is wrong with it.", Flag: "whether the data could be unpacked", Part: compression},
	{Name: "compress.zstd", Effect: "( ..a String -- ..a String Bool )", Doc: "Packs a string by Zstandard, in base64.", Flag: "whether the string was packed", Part: compression},
	{Name: "compress.zstd-level", Effect: "( ..a String Int -- ..a String Bool )", Doc: "Packs a string by Zstandard of a level from 1 to 22, in base64.", Flag: "whether there is such a level", Part: compression},
	{Name: "compress.unzstd", Effect: "( ..a String -- ..a String Bool )", Doc: "Unpacks Zstandard data in base64; false if anything is wrong with it.", Flag: "whether the data could be unpacked", Part: compression},
}
