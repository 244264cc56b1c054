package builtins

import "github.com/seqvm/seqvm/host/sandbox"

// web is the part of seqvm that has the functions of the words below (package builtins/web).
const web = "web"

// tlsWords: chapter 7, section 7.
var tlsWords = []Word{
	{Name: "net.tls.client", Effect: "( ..a Socket String -- ..a Socket Bool )", Needs: sandbox.NetSocket, Doc: "Encrypts a stream to a host, whose certificate is verified; it stays the same socket.", Flag: "whether the host proved who it is", Part: web},
}

// httpWords: chapter 7, section 8.
var httpWords = []Word{
	{Name: "net.http.get", Effect: "( ..a String -- ..a M )", Needs: sandbox.NetConnect, Doc: "Asks for a URL; leaves a map with status, body, ok and, without an answer, error.", Part: web},
	{Name: "net.http.post", Effect: "( ..a String String String -- ..a M )", Needs: sandbox.NetConnect, Doc: "Sends a body of a content type to a URL; leaves a map as net.http.get does.", Part: web},
	{Name: "net.http.put", Effect: "( ..a String String String -- ..a M )", Needs: sandbox.NetConnect, Doc: "Puts a body of a content type to a URL; leaves a map as net.http.get does.", Part: web},
	{Name: "net.http.delete", Effect: "( ..a String -- ..a M )", Needs: sandbox.NetConnect, Doc: "Deletes what is at a URL; leaves a map as net.http.get does.", Part: web},
}
