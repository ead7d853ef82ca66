using System.Globalization;
using System.Text;
using QRCoder;

namespace Governance.Common;

/// <summary>QR codes as squares to draw: a path for pages and documents, or the matrix.</summary>
public static class QrCode
{
    /// <summary>The dark squares, row by row, with the quiet zone of four around them. A reader mends up to 15 % of damage (level M).</summary>
    public static bool[,] Matrix(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var rows = code.ModuleMatrix;
        var matrix = new bool[rows.Count, rows.Count];
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows.Count; x++)
                matrix[y, x] = rows[y][x];
        }

        return matrix;
    }

    /// <summary>The dark squares as the path of an SVG whose view box has that size; draw it black on white whatever the page's theme, since readers want it so.</summary>
    public static (int Size, string Path) Draw(string text)
    {
        var matrix = Matrix(text);
        var size = matrix.GetLength(0);
        var path = new StringBuilder();
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                if (matrix[y, x])
                    path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
            }
        }

        return (size, path.ToString());
    }
}
