namespace Governance.Evidence.Pdf;

internal enum Face
{
    Regular,
    SemiBold,
    Bold,
    Mono,
}

/// <summary>What the typesetter needs of a PDF library, and no more: another one can take its place. Points, from the top left.</summary>
internal interface IPdfCanvas
{
    void BeginPage(float width, float height);

    void EndPage();

    float Measure(string text, Face face, float size);

    void Text(string text, float x, float baseline, Face face, float size, uint color);

    void Fill(float x, float y, float width, float height, uint color);

    void Line(float x, float y, float x2, float y2, float thickness, uint color);

    /// <summary>Large pale words across the page.</summary>
    void Watermark(string text, float width, float height);

    /// <summary>A place that links can go to, and a link to one.</summary>
    void Destination(string name, float y);

    void Link(string name, float x, float y, float width, float height);

    byte[] Finish();
}
